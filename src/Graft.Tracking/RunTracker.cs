using Graft.Tracking.FileStore;
using Graft.Tracking.Rest;

namespace Graft.Tracking;

/// <summary>Opens the record of a run.</summary>
public static class RunTracker
{
    /// <summary>Tag with the run's identity, by which a resumed run finds its record.</summary>
    public const string RunUidTag = "graft.dev/run-uid";

    /// <summary>
    /// Continues the record of <see cref="TrackingOptions.RunUid"/> or begins it. Returns at once, also where the server is down.
    /// </summary>
    /// <param name="options">What and where.</param>
    /// <param name="environment">Reads an environment variable; null where it is unset.</param>
    /// <param name="time">Source of time stamps.</param>
    /// <exception cref="TrackingException">A setting cannot be used.</exception>
    public static IRunTracker Open(TrackingOptions options, Func<string, string?> environment, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(environment);
        var uri = NullIfEmpty(options.Uri) ?? NullIfEmpty(environment("MLFLOW_TRACKING_URI"));
        options = options with
        {
            Experiment = NullIfEmpty(options.Experiment) ?? NullIfEmpty(
            environment("MLFLOW_EXPERIMENT_NAME")) ?? "Default"
        };
        if (uri is null)
        {
            return FileStoreRunTracker.Open(options, options.Folder, time);
        }

        if (!uri.Contains("://", StringComparison.Ordinal) && !uri.StartsWith("file:", StringComparison.Ordinal))
        {
            return FileStoreRunTracker.Open(options, uri, time);
        }

        var parsed = System.Uri.TryCreate(uri, UriKind.Absolute, out var absolute) ? absolute : throw Unusable(uri);
        return parsed.Scheme switch
        {
            "file" => FileStoreRunTracker.Open(options, parsed.LocalPath, time),
            "http" or "https" => RestRunTracker.Open(options, MlflowSettings.FromEnvironment(parsed, environment), time),
            _ => throw Unusable(uri),
        };
    }

    private static string? NullIfEmpty(string? value)
    {
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }

    private static TrackingException Unusable(string uri)
    {
        return new TrackingException(
            $"Tracking URI '{uri}' cannot be used: give http://… or https://… of an MLflow server, or a folder for the mlruns layout.");
    }
}
