using System.Text;
using Graft.Data.Samples;
using Graft.Data.Tokenization;

namespace Graft.Trainer.Running;

/// <summary>A sample as text, so that a person sees what the model sees and what it is trained to write.</summary>
internal static class SampleView
{
    private const int LongestText = 1200;

    /// <summary>The text with special tokens, the trained part between ⟦ and ⟧.</summary>
    public static string Of(Sample sample, TextTokenizer tokenizer)
    {
        var text = new StringBuilder();
        for (int from = 0, to; from < sample.Length; from = to)
        {
            to = from;
            while (to < sample.Length && sample.Trained[to] == sample.Trained[from])
            {
                to++;
            }

            var position = from == 0 ? TextPosition.Start : TextPosition.Continuation;
            var part = tokenizer.Decode(sample.Ids[from..to], keepSpecial: true, position);
            text.Append(sample.Trained[from] ? $"⟦{part}⟧" : part);
        }

        return text.Length <= LongestText ? text.ToString() : text.ToString(0, LongestText) + "…";
    }
}
