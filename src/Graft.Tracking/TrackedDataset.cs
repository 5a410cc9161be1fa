using System.Text.Json;

namespace Graft.Tracking;

/// <summary>A file of data that a run reads, as MLflow shows it beside the run (<c>runs/log-inputs</c>).</summary>
public sealed record TrackedDataset
{
    /// <summary>The data set's name; MLflow takes a name with another digest for another version of it.</summary>
    public required string Name { get; init; }

    /// <summary>The digest of its files. MLflow keeps 36 characters of it; a tag of the run's input has the whole.</summary>
    public required string Digest { get; init; }

    /// <summary>What the run does with it.</summary>
    public required string Context { get; init; }

    /// <summary>Where its files are.</summary>
    public required string Uri { get; init; }

    /// <summary>How many records the run takes from it.</summary>
    public required long Records { get; init; }

    /// <summary><see cref="Context"/> of records that are trained on.</summary>
    public const string Training = "training";

    /// <summary><see cref="Context"/> of records that the models are compared on.</summary>
    public const string Evaluation = "evaluation";

    /// <summary>The name as MLflow takes it.</summary>
    internal string ShortName => MlflowNames.Cut(Name, MlflowNames.MaxDatasetNameLength);

    /// <summary>The digest as MLflow takes it: without the name of its algorithm, and cut.</summary>
    internal string ShortDigest =>
        MlflowNames.Cut(Digest[(Digest.IndexOf(':', StringComparison.Ordinal) + 1)..], MlflowNames.MaxDatasetDigestLength);

    /// <summary>Who knows how to read it: the scheme of its place, and <c>local</c> for a folder.</summary>
    internal string SourceType => System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri) && !uri.IsFile ? uri.Scheme : "local";

    /// <summary>The place in MLflow's form.</summary>
    internal string Source => JsonSerializer.Serialize(new { uri = Uri });

    /// <summary>What there is of figures, in MLflow's form.</summary>
    internal string Profile => JsonSerializer.Serialize(new { num_rows = Records });

    /// <summary>The tags of the run's use of it.</summary>
    internal IReadOnlyDictionary<string, string> Tags => new Dictionary<string, string>
    {
        ["mlflow.data.context"] = Context,
        ["graft.dev/digest"] = Digest,
    };
}
