using Graft.Api.V1Alpha1;

namespace Graft.Api.Runs;

/// <summary>A kind of what runs name in their specs.</summary>
/// <param name="Type">The resource's type.</param>
/// <param name="NotFound">The reason of a run that names one that is not there.</param>
/// <param name="NotReady">The reason of a run that names one that is not ready.</param>
public sealed record InputKind(Type Type, string NotFound, string NotReady)
{
    /// <summary>Models, encoders among them.</summary>
    public static InputKind BaseModel { get; } = new(typeof(BaseModel), Reasons.BaseModelNotFound, Reasons.BaseModelNotReady);

    /// <summary>Data sets.</summary>
    public static InputKind Dataset { get; } = new(typeof(TrainingDataset), Reasons.DatasetNotFound, Reasons.DatasetNotReady);

    /// <summary>The kind, as manifests have it.</summary>
    public string Name => Type.Name;
}

/// <summary>Something that a run names in its spec.</summary>
/// <param name="Name">What it is to the plan: <c>base</c>, <c>dataset</c>.</param>
/// <param name="Kind">What it has to be.</param>
/// <param name="Field">The reference's path in the spec.</param>
/// <param name="Resource">The resource's name; null where the spec does not say.</param>
public sealed record RunInput(string Name, InputKind Kind, IReadOnlyList<string> Field, string? Resource);

/// <summary>An input whose files are known.</summary>
/// <param name="Resource">What the run names.</param>
/// <param name="Digest">The digest of its files.</param>
public sealed record PinnedInput(IInputResource Resource, string Digest);
