using Graft.Api.Generation;
using Graft.Models.Generation;

namespace Graft.Trainer.Generation;

/// <summary>The parts of generation that sampling options name.</summary>
public static class SamplingParts
{
    /// <summary>
    /// Processors in the order of transformers' <c>generate()</c>. Without a temperature only those that can change which token is the
    /// likeliest.
    /// </summary>
    public static GenerationOptions Of(SamplingOptions options)
    {
        List<ILogitsProcessor> processors = [];
        if (options.RepetitionPenalty != 1)
        {
            processors.Add(new RepetitionPenalty(options.RepetitionPenalty));
        }

        if (options.Temperature == 0)
        {
            return new GenerationOptions { MaxNewTokens = options.MaxNewTokens, Processors = processors };
        }

        processors.Add(new Temperature(options.Temperature));
        if (options.TopK > 0)
        {
            processors.Add(new TopK(options.TopK));
        }

        if (options.TopP < 1)
        {
            processors.Add(new TopP(options.TopP));
        }

        return new GenerationOptions
        {
            MaxNewTokens = options.MaxNewTokens,
            Processors = processors,
            Chooser = new SamplingChooser(options.Seed),
        };
    }
}
