using Graft.Common;

namespace Graft.Models;

/// <summary>A model cannot be loaded: a missing file, an unsupported architecture or setting, tensors that do not fit the configuration.
/// The message names the file and what to do.</summary>
public sealed class ModelException : Exception
{
    public ModelException(string message, Exception? inner = null)
        : base(OneLine.Of(message), inner)
    {
    }
}
