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
    /// <param name="onToken">Called with (prompt index, token) as tokens come.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <returns>The new tokens of each prompt, without the stop token.</returns>
    public static IReadOnlyList<long[]> Generate(
        ICausalLanguageModel model,
        IReadOnlyList<long[]> prompts,
        GenerationOptions options,
        ModelHooks? hooks = null,
        Action<int, long>? onToken = null,
        CancellationToken cancellationToken = default)
    {
        if (prompts.Count == 0 || prompts.Any(prompt => prompt.Length == 0))
        {
            throw new ArgumentException("every prompt needs at least one token", nameof(prompts));
        }

        using var noGradient = no_grad();
        using var cache = new KeyValueCache();
        var random = prompts.Select((_, row) => new Random(SeedOf(options.Seed, row))).ToArray();
        var texts = prompts.Select(_ => new List<long>()).ToArray();
        var ended = new bool[prompts.Count];
        var positions = prompts.Select(prompt => (long)prompt.Length).ToArray();
        long[]? last = null;
        for (var step = 0; step < options.MaxNewTokens && !ended.All(end => end); step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = last is null ? Prefill(prompts, model.Device) : Next(last, positions, model.Device);
            var hidden = model.Hidden(batch, hooks, cache);
            var logits = model.Logits(hidden.narrow(1, hidden.shape[1] - 1, 1).squeeze(1), hooks).to(ScalarType.Float32).cpu();
            if (last is not null)
            {
                for (var row = 0; row < positions.Length; row++)
                {
                    positions[row]++;
                }
            }

            last = Choose(logits, options, random);
            for (var row = 0; row < last.Length; row++)
            {
                ended[row] |= options.StopIds.Contains(last[row]);
                if (!ended[row])
                {
                    texts[row].Add(last[row]);
                    onToken?.Invoke(row, last[row]);
                }
            }
        }

        return [.. texts.Select(text => text.ToArray())];
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

    private static long[] Choose(Tensor logits, GenerationOptions options, Random[] random)
    {
        var tokens = new long[random.Length];
        for (var row = 0; row < tokens.Length; row++)
        {
            var uniform = options.Temperature > 0 ? random[row].NextDouble() : 0;
            tokens[row] = TokenSampler.Choose(logits[row].data<float>().ToArray(), options.Temperature, options.TopP, uniform);
        }

        return tokens;
    }

    // A generator a prompt, so that its text does not depend on how the others end. (System.HashCode differs from process to process.)
    private static int SeedOf(int seed, int row) => unchecked((seed * 397) ^ row);
}
