using Graft.Data.Records;
using Graft.Data.Templates;
using Graft.Data.Tokenization;

namespace Graft.Data.Samples;

/// <summary>
/// The marks that end a text, as texts. Data made for another program may hold them already, and the template writes its own: an answer
/// is trained to end once.
/// </summary>
internal sealed class AnswerEnd
{
    private readonly string[] _marks;

    public AnswerEnd(TextTokenizer tokenizer, IPromptTemplate template) => _marks =
    [
        .. template.StopIds(tokenizer)
            .Select(id => tokenizer.Decode([id], keepSpecial: true, TextPosition.Continuation))
            // Generation may also stop at a word; at an answer's end that is a word of the answer.
            .Where(mark => !string.IsNullOrWhiteSpace(mark))
            .Where(mark => tokenizer.IsAddedToken(mark) || tokenizer.IdOf(mark) == tokenizer.Special.Eos),
    ];

    /// <summary>A text without the marks that it ends with, and the white space after them.</summary>
    /// <exception cref="BadRecordException">It holds nothing else.</exception>
    public string Remove(string text)
    {
        var rest = text;
        while (Array.Find(_marks, mark => rest.AsSpan().TrimEnd().EndsWith(mark, StringComparison.Ordinal)) is { } end)
        {
            rest = rest.TrimEnd()[..^end.Length];
        }

        return rest.Length < text.Length && string.IsNullOrWhiteSpace(rest)
            ? throw new BadRecordException("an answer holds nothing but the mark of its end", "give it text, or remove the record")
            : rest;
    }
}
