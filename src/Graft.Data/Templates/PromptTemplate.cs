using Graft.Data.Records;
using Graft.Data.Tokenization;

namespace Graft.Data.Templates;

/// <summary>A span of rendered text, and whether the model is trained to write it.</summary>
public sealed record Segment(string Text, bool Trained);

/// <summary>
/// How a record becomes text. There is one renderer for training, evaluation and generation: a record without its answer renders to
/// exactly the text in front of the answer. Labels come from the segments, not from searching the text.
/// </summary>
public interface IPromptTemplate
{
    /// <summary>The name in a spec.</summary>
    string Name { get; }

    /// <summary>
    /// Whether the tokenizer's end-of-text token follows the answer and is trained; otherwise the template ends turns itself.
    /// </summary>
    bool EndsWithEos { get; }

    /// <summary>Refuses a tokenizer that lacks the tokens of this template.</summary>
    /// <exception cref="TokenizerException">A token is missing.</exception>
    void Check(TextTokenizer tokenizer);

    /// <summary>The ids at which a generated answer ends.</summary>
    IReadOnlyList<int> StopIds(TextTokenizer tokenizer);

    /// <summary>The text of a record; without the answer where the record has none.</summary>
    /// <exception cref="BadRecordException">The template has no place for something in the record.</exception>
    IEnumerable<Segment> Render(SourceRecord record);
}

/// <summary>The templates by name.</summary>
public static class PromptTemplates
{
    private static readonly IPromptTemplate[] All = [new AlpacaTemplate(), new ChatMlTemplate(), new PlainTemplate()];

    /// <summary>The names, in the order of the documentation.</summary>
    public static IEnumerable<string> Names => All.Select(t => t.Name);

    /// <summary>The template of that name, or null.</summary>
    public static IPromptTemplate? Find(string name) => Array.Find(All, t => t.Name == name);
}
