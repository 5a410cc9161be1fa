using Graft.Data.Records;
using Graft.Data.Tokenization;

namespace Graft.Data.Templates;

/// <summary>
/// ChatML: every turn between <c>&lt;|im_start|&gt;role</c> and <c>&lt;|im_end|&gt;</c>. Assistant turns are trained with their ends.
/// </summary>
public sealed class ChatMlTemplate : IPromptTemplate
{
    private const string TurnStart = "<|im_start|>";
    private const string TurnEnd = "<|im_end|>";

    public string Name => "chatml";

    public bool EndsWithEos => false;

    public void Check(TextTokenizer tokenizer)
    {
        string[] missing = [.. new[] { TurnStart, TurnEnd }.Where(mark => !tokenizer.IsAddedToken(mark))];
        if (missing.Length > 0)
        {
            throw new TokenizerException(
                $"the template {Name} needs {string.Join(" and ", missing)} as a token of the tokenizer, which it is not; choose the "
                    + "template alpaca, or a base model that was trained on ChatML");
        }
    }

    public IReadOnlyList<int> StopIds(TextTokenizer tokenizer) =>
        [.. tokenizer.Special.Stop.Append(tokenizer.IdOf(TurnEnd)!.Value).Distinct()];

    public IEnumerable<Segment> Render(SourceRecord record)
    {
        var messages = record switch
        {
            ConversationRecord conversation => conversation.Messages,
            InstructionRecord instruction => [.. Turns(instruction)],
            _ => throw new ArgumentException($"the template {Name} does not render a {record.GetType().Name}", nameof(record)),
        };
        foreach (var message in messages)
        {
            yield return new Segment($"{TurnStart}{message.Role}\n", Trained: false);
            yield return new Segment(message.Content + TurnEnd, message.IsTrained);
            yield return new Segment("\n", Trained: false);
        }

        if (messages is not [.., { IsAssistant: true }])
        {
            yield return new Segment($"{TurnStart}assistant\n", Trained: false);
        }
    }

    private static IEnumerable<Message> Turns(InstructionRecord record)
    {
        if (record.System is not null)
        {
            yield return new Message("system", record.System);
        }

        yield return new Message("user", record.Input is null ? record.Instruction : $"{record.Instruction}\n\n{record.Input}");
        if (record.Output is not null)
        {
            yield return new Message("assistant", record.Output);
        }
    }
}
