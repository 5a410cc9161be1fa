namespace Graft.Data.Tokenization;

/// <summary>
/// Where a span of text stands. Tokenizers that put a blank in front of a text (SentencePiece's dummy prefix) need to know,
/// or else a prompt and its answer, tokenized one after the other, would not give the tokens of the whole.
/// </summary>
public enum TextPosition
{
    /// <summary>At the beginning of the text.</summary>
    Start,

    /// <summary>Inside the text, right after a special token or another cut.</summary>
    Inside,

    /// <summary>The text continues a span that was tokenized before.</summary>
    Continuation,
}
