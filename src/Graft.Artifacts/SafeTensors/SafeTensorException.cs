using Graft.Common;

namespace Graft.Artifacts.SafeTensors;

/// <summary>A file is not a well-formed safetensors file. The message names the file and, where there is one, the tensor.</summary>
public sealed class SafeTensorException : Exception
{
    public SafeTensorException(string file, string problem, Exception? inner = null)
        : base(OneLine.Of($"{file}: not a valid safetensors file: {problem}"), inner)
    {
        File = file;
    }

    /// <summary>The file that was read.</summary>
    public string File { get; }
}
