using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>Computes one part of a model in a way of its own, usually the frozen part plus something trained.</summary>
/// <typeparam name="TCall">What the part is called with: <see cref="LinearCall"/>, <see cref="AttentionCall"/> or <see
/// cref="SubLayerCall"/>.</typeparam>
public interface IHook<TCall>
    where TCall : struct, IHookCall<TCall>
{
    /// <summary>Gives the part's output. <c>call.Inner()</c> is what it would be without this hook.</summary>
    Tensor Around(in TCall call);
}

/// <summary>One application of a part of a model, with the hooks that still stand between the caller and the frozen part.</summary>
public interface IHookCall<TSelf>
    where TSelf : struct, IHookCall<TSelf>
{
    /// <summary>The next hook further in, or null where the frozen part is next.</summary>
    IHook<TSelf>? Below { get; init; }
}

/// <summary>Two hooks on one part: the outer sees the input first and gives the output, its inner part is the other.</summary>
internal sealed class HookChain<TCall>(IHook<TCall> outer, IHook<TCall> inner) : IHook<TCall>
    where TCall : struct, IHookCall<TCall>
{
    public Tensor Around(in TCall call)
    {
        var below = call.Below is { } further ? new HookChain<TCall>(inner, further) : inner;
        return outer.Around(call with { Below = below });
    }
}
