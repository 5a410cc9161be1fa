using static TorchSharp.torch;

namespace Graft.Models.Transformers;

/// <summary>Where and how a model's weights are kept.</summary>
/// <param name="Type">Element type to convert to; null keeps the stored one.</param>
/// <param name="Device">Where they are.</param>
/// <param name="Storage">How linear layers are kept; null keeps them dense. The output head always is.</param>
internal sealed record ModelPlacement(ScalarType? Type, Device Device, LinearStorage? Storage = null);
