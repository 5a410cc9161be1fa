using Graft.Models.Hooks;
using static TorchSharp.torch;

namespace Graft.Models.Decoder;

/// <summary>What all blocks of one forward pass share.</summary>
/// <param name="Hooks">What differs from the frozen model.</param>
/// <param name="Positions">int64 [B or 1, T].</param>
/// <param name="Mask">Which keys a query may see.</param>
/// <param name="Cache">Earlier positions, or null.</param>
/// <param name="Rotary">The rotation of each position, or null in families without.</param>
/// <param name="NewSegments">[B, T] segments of the batch, or null.</param>
internal sealed record ForwardPass(
    ModelHooks Hooks, Tensor Positions, AttentionMask Mask, KeyValueCache? Cache, RotaryTables? Rotary, Tensor? NewSegments);

/// <summary>A linear layer with its frozen tensors: weight [out, in] (a view where it is stored transposed), bias [out] or null.</summary>
internal sealed record LinearModule(LinearSite Site, Tensor Weight, Tensor? Bias);
