using Graft.Artifacts.Packing;

namespace Graft.Artifacts;

/// <summary>What to publish a folder as.</summary>
public sealed record PublishRequest
{
    /// <summary>Name of the artifact: lower-case letters, digits, <c>. _ -</c>, parts separated by <c>/</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Identity of the run that made it. With <see cref="PlanHash"/> it finds the version again after a crash.</summary>
    public required string RunUid { get; init; }

    /// <summary>Hash of the plan's recipe.</summary>
    public required string PlanHash { get; init; }

    /// <summary>The frozen base model, for people and catalogues.</summary>
    public string? BaseModel { get; init; }

    /// <summary>More annotations for the manifest. They must not depend on the clock, or the digest would.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the files lie in the image's file system.</summary>
    public LayerRoot Root { get; init; } = LayerRoot.Root;
}
