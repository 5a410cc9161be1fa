using Graft.Data.Records;
using Graft.Data.Templates;
using Graft.Data.Tokenization;

namespace Graft.Data.Samples;

/// <summary>Renders a record and turns it into tokens, with labels on what the template says is trained.</summary>
public sealed class SampleEncoder
{
    private readonly TextTokenizer _tokenizer;
    private readonly IPromptTemplate _template;

    /// <summary>Creates an encoder.</summary>
    /// <exception cref="TokenizerException">The tokenizer lacks a token that the template needs.</exception>
    public SampleEncoder(TextTokenizer tokenizer, IPromptTemplate template)
    {
        template.Check(tokenizer);
        _tokenizer = tokenizer;
        _template = template;
    }

    /// <summary>A record as tokens, of whatever length.</summary>
    public Sample Encode(SourceRecord record)
    {
        var ids = new List<int>(_tokenizer.Prefix);
        var trained = new List<bool>(ids.Select(_ => false));
        Append(record, ids, trained);
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
        Append(record.WithoutAnswer(), ids, []);
        return [.. ids];
    }

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
