using Graft.Models.Decoder;
using Graft.Models.Hooks;
using static TorchSharp.torch;

namespace Graft.Models.Generation;

/// <summary>
/// Continues prompts token by token with a key-value cache. Prompts of different lengths share a batch, padded on the left.
/// </summary>
public static class TokenGenerator
{
    /// <summary>Continues each prompt.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">At least one token each.</param>
    /// <param name="options">How tokens are chosen and when to stop.</param>
    /// <param name="hooks">An adapter's hooks, or null.</param>
    /// <param name="sideInputs">What hooks are given besides tokens, a row a prompt; null for nothing.</param>
    /// <param name="onToken">Called with (prompt index, token) as tokens come.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <returns>The new tokens of each prompt, without the stop token.</returns>
    public static IReadOnlyList<long[]> Generate(
        ICausalLanguageModel model,
        IReadOnlyList<long[]> prompts,
        GenerationOptions options,
        ModelHooks? hooks = null,
        IReadOnlyDictionary<string, Tensor>? sideInputs = null,
        Action<int, long>? onToken = null,
        CancellationToken cancellationToken = default)
    {
        if (prompts.Count == 0 || prompts.Any(prompt => prompt.Length == 0))
        {
            throw new ArgumentException("every prompt needs at least one token", nameof(prompts));
        }

        using var noGradient = no_grad();
        using var cache = new KeyValueCache();
        var texts = prompts.Select(prompt => new GeneratedText(prompt)).ToArray();
        long[]? last = null;
        for (var step = 0; step < options.MaxNewTokens && !texts.All(text => text.HasEnded); step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = last is null
                ? Prefill(prompts, model.Device)
                : Next(last, [.. prompts.Select(prompt => (long)prompt.Length + step - 1)], model.Device);
            var hidden = model.Hidden(sideInputs is null ? batch : batch with { SideInputs = sideInputs }, hooks, cache);
            var newest = hidden.narrow(1, hidden.shape[1] - 1, 1).squeeze(1);
            last = Choose(model.Logits(newest, hooks).to(ScalarType.Float32).cpu(), new GenerationStep(texts, newest), options);
            for (var row = 0; row < last.Length; row++)
            {
                Continue(texts[row], last[row], options.StopRules, token => onToken?.Invoke(row, token));
            }
        }

        return [.. texts.Select(text => text.Added.ToArray())];
    }

    private static long[] Choose(Tensor logits, GenerationStep step, GenerationOptions options) =>
        options.Chooser.Choose(options.Processors.Aggregate(logits, (changed, processor) => processor.Apply(changed, step)), step);

    private static void Continue(GeneratedText text, long token, IReadOnlyList<IStopRule> rules, Action<long> onToken)
    {
        if (text.HasEnded || rules.Any(rule => rule.EndsBefore(token)))
        {
            text.End();
            return;
        }

        text.Add(token);
        onToken(token);
        if (rules.Any(rule => rule.EndsAfter(text)))
        {
            text.End();
        }
    }

    private static TokenBatch Prefill(IReadOnlyList<long[]> prompts, Device device)
    {
        var length = prompts.Max(prompt => prompt.Length);
        var ids = new long[prompts.Count, length];
        var positions = new long[prompts.Count, length];
        var segments = new long[prompts.Count, length];
        for (var row = 0; row < prompts.Count; row++)
        {
            var padding = length - prompts[row].Length;
            for (var i = padding; i < length; i++)
            {
                ids[row, i] = prompts[row][i - padding];
                positions[row, i] = i - padding;
                segments[row, i] = 1;
            }
        }

        var batch = TokenBatch.Of(tensor(ids, device: device));
        return prompts.All(prompt => prompt.Length == length)
            ? batch
            : batch with { PositionIds = tensor(positions, device: device), SegmentIds = tensor(segments, device: device) };
    }

    private static TokenBatch Next(long[] tokens, long[] positions, Device device) =>
        TokenBatch.Of(tensor(tokens, device: device).unsqueeze(1)) with { PositionIds = tensor(positions, device: device).unsqueeze(1) };
}
