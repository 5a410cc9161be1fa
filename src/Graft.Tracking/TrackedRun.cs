namespace Graft.Tracking;

/// <summary>Where the record of a run is.</summary>
/// <param name="TrackingUri">The MLflow server, or the <c>mlruns</c> folder as a <c>file:</c> URI.</param>
/// <param name="ExperimentId">MLflow's id of the experiment; null as long as the server did not answer.</param>
/// <param name="RunId">MLflow's id of the run; null as long as the server did not answer.</param>
public sealed record TrackedRun(string TrackingUri, string? ExperimentId, string? RunId)
{
    /// <summary>Whether an MLflow server has it, and not a folder.</summary>
    public bool IsOnServer => !new Uri(TrackingUri).IsFile;

    /// <summary>An address for people: the run's page in MLflow's UI, or its folder.</summary>
    public string Location
    {
        get
        {
            if (ExperimentId is null || RunId is null)
            {
                return TrackingUri;
            }

            var uri = new Uri(TrackingUri);
            return uri.IsFile
                ? Path.Combine(uri.LocalPath, ExperimentId, RunId)
                : $"{TrackingUri.TrimEnd('/')}/#/experiments/{ExperimentId}/runs/{RunId}";
        }
    }
}
