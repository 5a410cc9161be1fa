using Graft.Common;

namespace Graft.Data.Tokenization;

/// <summary>A tokenizer's files cannot be read, contradict each other, or use a part that Graft does not know.</summary>
public sealed class TokenizerException : Exception
{
    /// <summary>Creates the exception; the message says which file and field, and what to do.</summary>
    public TokenizerException(string message, Exception? inner = null)
        : base(OneLine.Of(message), inner)
    {
    }
}
