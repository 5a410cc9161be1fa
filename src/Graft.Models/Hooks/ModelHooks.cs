using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>
/// What a forward pass does differently from the frozen model. A model declares the points, an adapter method fills the ones it needs, and
/// both stay apart: no module is swapped, the model keeps no state of a run, and one frozen base serves many adapters at once.
/// Keys are names of Hugging Face's layout (a module's, or for <see cref="Weights"/> a parameter's).
/// </summary>
public sealed class ModelHooks
{
    /// <summary>The frozen model as it is.</summary>
    public static readonly ModelHooks None = new();

    /// <summary>Tensors used in place of frozen parameters: trained copies of norms, biases, heads, or of everything.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; init; } = Empty<Tensor>.Value;

    /// <summary>Around a linear layer, by module name.</summary>
    public IReadOnlyDictionary<string, IHook<LinearCall>> Linears { get; init; } = Empty<IHook<LinearCall>>.Value;

    /// <summary>Around attention proper (between the projections), by the attention module's name.</summary>
    public IReadOnlyDictionary<string, IHook<AttentionCall>> Attention { get; init; } = Empty<IHook<AttentionCall>>.Value;

    /// <summary>Around either half of a block (attention or feed-forward), by the sub-layer module's name.</summary>
    public IReadOnlyDictionary<string, IHook<SubLayerCall>> SubLayers { get; init; } = Empty<IHook<SubLayerCall>>.Value;

    /// <summary>Keys and values in front of a layer's own, by the attention module's name.</summary>
    public IReadOnlyDictionary<string, IKeyValuePrefix> Prefixes { get; init; } = Empty<IKeyValuePrefix>.Value;

    /// <summary>On the input embeddings, one after the other, before virtual tokens are put in front.</summary>
    public IReadOnlyList<IEmbeddingHook> Embeddings { get; init; } = [];

    /// <summary>Virtual tokens in front of each sequence, in this order.</summary>
    public IReadOnlyList<IVirtualTokens> VirtualTokens { get; init; } = [];

    /// <summary>Sees the residual stream [B, T, hidden], virtual tokens included, at every boundary: 0 is what enters the first block, i
    /// what block i-1 gave (before the final norm). What it keeps it must clone: the stream ends with the pass.</summary>
    public Action<int, Tensor>? Observer { get; init; }

    /// <summary>How many positions of the model they take from a sequence.</summary>
    public int ExtraPositions =>
        VirtualTokens.Sum(tokens => tokens.Count)
        + Prefixes.Values.Where(prefix => prefix.ShiftsPositions).Select(prefix => prefix.Count).DefaultIfEmpty().Max();

    /// <summary>
    /// Several sets of hooks as one. Where two act around the same part, the later stands outside of the earlier; embeddings, virtual
    /// tokens and prefixes follow each other in order.
    /// </summary>
    /// <exception cref="ArgumentException">Two sets replace the same weight, or their prefixes on one layer number positions
    /// differently.</exception>
    public static ModelHooks Combine(params IReadOnlyList<ModelHooks> parts)
    {
        var observers = parts.Select(part => part.Observer).OfType<Action<int, Tensor>>().ToList();
        return parts.Count == 1 ? parts[0] : new ModelHooks
        {
            Weights = Joined(parts, part => part.Weights, (name, _, _) =>
                throw new ArgumentException($"two sets of hooks replace the weight '{name}'", nameof(parts))),
            Linears = Joined(parts, part => part.Linears, Chain),
            Attention = Joined(parts, part => part.Attention, Chain),
            SubLayers = Joined(parts, part => part.SubLayers, Chain),
            Prefixes = Joined(parts, part => part.Prefixes, (name, first, second) =>
                first.ShiftsPositions == second.ShiftsPositions
                    ? new PrefixPair(first, second)
                    : throw new ArgumentException($"two prefixes of '{name}' number positions differently", nameof(parts))),
            Embeddings = [.. parts.SelectMany(part => part.Embeddings)],
            VirtualTokens = [.. parts.SelectMany(part => part.VirtualTokens)],
            Observer = observers.Count == 0 ? null : (layer, stream) => observers.ForEach(observer => observer(layer, stream)),
        };

        static IHook<TCall> Chain<TCall>(string name, IHook<TCall> earlier, IHook<TCall> later)
            where TCall : struct, IHookCall<TCall>
        {
            return new HookChain<TCall>(later, earlier);
        }
    }

    private static IReadOnlyDictionary<string, T> Joined<T>(
        IEnumerable<ModelHooks> parts, Func<ModelHooks, IReadOnlyDictionary<string, T>> of, Func<string, T, T, T> join)
    {
        var joined = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, value) in parts.SelectMany(of))
        {
            joined[name] = joined.TryGetValue(name, out var earlier) ? join(name, earlier, value) : value;
        }

        return joined;
    }

    /// <summary>One prefix after the other.</summary>
    private sealed class PrefixPair(IKeyValuePrefix first, IKeyValuePrefix second) : IKeyValuePrefix
    {
        public int Count => first.Count + second.Count;

        public bool ShiftsPositions => first.ShiftsPositions;

        public (Tensor Keys, Tensor Values) Of(ForwardContext context)
        {
            var (keys, values) = first.Of(context);
            var (moreKeys, moreValues) = second.Of(context);
            var rows = Math.Max(keys.shape[0], moreKeys.shape[0]);
            return (
                cat([keys.expand(rows, -1, -1, -1), moreKeys.expand(rows, -1, -1, -1)], 2),
                cat([values.expand(rows, -1, -1, -1), moreValues.expand(rows, -1, -1, -1)], 2));
        }
    }

    private static class Empty<T>
    {
        public static readonly IReadOnlyDictionary<string, T> Value = new Dictionary<string, T>();
    }
}
