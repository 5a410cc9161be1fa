namespace Graft.Cli.Local;

/// <summary>What the command line decides about local runs; nothing of it changes what is computed.</summary>
public sealed record LocalOptions
{
    /// <summary>The folder of all runs and of what they share.</summary>
    public required string Output { get; init; }

    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Threads of the CPU; all cores without it.</summary>
    public int? Threads { get; init; }

    /// <summary>The registry's repository to publish below, in place of the OCI layouts in <see cref="Output"/>.</summary>
    public string? Repository { get; init; }

    /// <summary>MLflow's tracking URI for specs that name none; files in <see cref="Output"/> without it.</summary>
    public string? TrackingUri { get; init; }
}
