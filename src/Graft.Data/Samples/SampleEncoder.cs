using Graft.Data.Records;
using Graft.Data.Templates;
using Graft.Data.Tokenization;

namespace Graft.Data.Samples;

/// <summary>Renders a record and turns it into tokens, with labels on what the template says is trained.</summary>
public sealed class SampleEncoder
{
    private readonly TextTokenizer _tokenizer;
    private readonly IPromptTemplate _template;
    private readonly TrainedAnswers _trainOn;
    private readonly AnswerEnd _end;

    /// <summary>Creates an encoder.</summary>
    /// <param name="tokenizer">Makes tokens.</param>
    /// <param name="template">Makes text.</param>
    /// <param name="trainOn">Which answers of a conversation are labeled.</param>
    /// <exception cref="TokenizerException">The tokenizer lacks a token that the template needs.</exception>
    public SampleEncoder(TextTokenizer tokenizer, IPromptTemplate template, TrainedAnswers trainOn = TrainedAnswers.AllAnswers)
    {
        template.Check(tokenizer);
        _tokenizer = tokenizer;
        _template = template;
        _trainOn = trainOn;
        _end = new AnswerEnd(tokenizer, template);
    }

    /// <summary>A record as tokens, of whatever length.</summary>
    /// <exception cref="BadRecordException">The template has no place for something in it, or an answer is empty.</exception>
    /// <exception cref="TokenizerException">The vocabulary cannot write its text.</exception>
    public Sample Encode(SourceRecord record)
    {
        var ids = new List<int>(_tokenizer.Prefix);
        var trained = new List<bool>(ids.Select(_ => false));
        Append(Prepared(record), ids, trained);
        if (_template.EndsWithEos)
        {
            ids.Add(_tokenizer.Special.Eos!.Value);
            trained.Add(true);
        }

        trained[0] = false;
        return new Sample(record.Id, [.. ids], [.. trained]);
    }

    /// <summary>The tokens in front of a record's last answer: those that the same record's sample begins with.</summary>
    public int[] EncodePrompt(SourceRecord record)
    {
        var ids = new List<int>(_tokenizer.Prefix);
        Append(Prepared(record).WithoutAnswer(), ids, []);
        return [.. ids];
    }

    /// <summary>The text of a record's last answer, without the mark of its end; null where no answer is asked for.</summary>
    public string? Answer(SourceRecord record) => Prepared(record).Answer;

    private SourceRecord Prepared(SourceRecord record) =>
        (_trainOn == TrainedAnswers.LastAnswer ? record.WithLastAnswerTrained() : record).WithAnswers(_end.Remove);

    private void Append(SourceRecord record, List<int> ids, List<bool> trained)
    {
        var position = TextPosition.Start;
        foreach (var segment in Joined(_template.Render(record)))
        {
            var part = _tokenizer.EncodePart(segment.Text, position);
            // A text that begins with the beginning-of-text token itself must not get it twice.
            var isFirst = position == TextPosition.Start && ids.Count > 0 && part.Count > 0;
            var doubled = isFirst && part[0] == ids[^1] && part[0] == _tokenizer.Special.Bos ? 1 : 0;
            ids.AddRange(part[doubled..]);
            trained.AddRange(Enumerable.Repeat(segment.Trained, part.Count - doubled));
            position = TextPosition.Continuation;
        }
    }

    /// <summary>Neighbors with the same label as one: text is cut for the tokenizer only where labels change.</summary>
    private static IEnumerable<Segment> Joined(IEnumerable<Segment> segments)
    {
        Segment? open = null;
        foreach (var segment in segments)
        {
            if (open is not null && open.Trained == segment.Trained)
            {
                open = open with { Text = open.Text + segment.Text };
                continue;
            }

            if (open is { Text.Length: > 0 })
            {
                yield return open;
            }

            open = segment;
        }

        if (open is { Text.Length: > 0 })
        {
            yield return open;
        }
    }
}
