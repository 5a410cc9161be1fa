using Graft.Data.Records;
using Graft.Data.Tokenization;

namespace Graft.Data.Templates;

/// <summary>No template: a text is trained on as it is; an instruction and its input stand on lines before the answer,
/// what is said of a picture on a line of its own.</summary>
public sealed class PlainTemplate : IPromptTemplate
{
    public string Name => "plain";

    public bool EndsWithEos => true;

    public void Check(TextTokenizer tokenizer) => EosEnding.Check(tokenizer, Name);

    public IReadOnlyList<int> StopIds(TextTokenizer tokenizer) => tokenizer.Special.Stop;

    public IEnumerable<Segment> Render(SourceRecord record)
    {
        switch (record)
        {
            case TextRecord text:
                yield return new Segment(text.Text, Trained: true);
                break;
            case InstructionRecord instruction:
                EosEnding.RefuseSystem(instruction, Name);
                var input = instruction.Input is null ? "" : instruction.Input + "\n";
                yield return new Segment($"{instruction.Instruction}\n{input}", Trained: false);
                if (instruction.Output is not null)
                {
                    yield return new Segment(instruction.Output, Trained: true);
                }

                break;
            case PictureRecord picture:
                // Something must stand before the first word, so that it is predicted too.
                yield return new Segment("\n", Trained: false);
                if (picture.Text is not null)
                {
                    yield return new Segment(picture.Text, Trained: true);
                }

                break;
            default:
                throw new ArgumentException($"the template {Name} does not render a {record.GetType().Name}", nameof(record));
        }
    }
}
