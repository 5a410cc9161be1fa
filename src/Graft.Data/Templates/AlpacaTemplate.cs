using Graft.Data.Records;
using Graft.Data.Tokenization;

namespace Graft.Data.Templates;

/// <summary>Stanford Alpaca's headings (Taori et al. 2023), with and without an input. The answer begins on a line of its own.</summary>
public sealed class AlpacaTemplate : IPromptTemplate
{
    private const string WithInput =
        "Below is an instruction that describes a task, paired with an input that provides further context. "
        + "Write a response that appropriately completes the request.\n\n";

    private const string WithoutInput =
        "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n";

    public string Name => "alpaca";

    public bool EndsWithEos => true;

    public void Check(TextTokenizer tokenizer) => EosEnding.Check(tokenizer, Name);

    public IReadOnlyList<int> StopIds(TextTokenizer tokenizer) => tokenizer.Special.Stop;

    public IEnumerable<Segment> Render(SourceRecord record)
    {
        var given = record switch
        {
            InstructionRecord instruction => instruction,
            ConversationRecord conversation => SingleTurn(conversation),
            _ => throw new ArgumentException($"the template {Name} does not render a {record.GetType().Name}", nameof(record)),
        };
        EosEnding.RefuseSystem(given, Name);
        var input = given.Input is null ? "" : $"### Input:\n{given.Input}\n\n";
        var opening = given.Input is null ? WithoutInput : WithInput;
        yield return new Segment($"{opening}### Instruction:\n{given.Instruction}\n\n{input}### Response:\n", Trained: false);
        if (given.Output is not null)
        {
            yield return new Segment(given.Output, Trained: true);
        }
    }

    private static InstructionRecord SingleTurn(ConversationRecord conversation) => conversation.Messages switch
    {
        [{ Role: "user" } user] => new InstructionRecord(conversation.Id, user.Content, null, null),
        [{ Role: "user" } user, { IsAssistant: true } answer] => new InstructionRecord(conversation.Id, user.Content, null, answer.Content),
        _ => throw new BadRecordException(
            $"the template alpaca holds one question and one answer, the record has {conversation.Messages.Count} messages "
                + $"({string.Join(", ", conversation.Messages.Select(m => m.Role).Take(4))}…)",
            "use the template chatml"),
    };
}
