namespace Graft.Adapters;

/// <summary>
/// A method cannot be applied to a model, or an adapter folder cannot be read. The message names what is there and what to do.
/// </summary>
public sealed class AdapterException : Exception
{
    public AdapterException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
