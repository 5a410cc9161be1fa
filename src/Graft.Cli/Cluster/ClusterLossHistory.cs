using Graft.Api.Reporting;
using Graft.Cli.Display;

namespace Graft.Cli.Cluster;

/// <summary>Reads the losses of a run in a cluster: from MLflow, which keeps them, else from the log of the run's pod.</summary>
public static class ClusterLossHistory
{
    /// <summary>Adds what is known to <paramref name="state"/>.</summary>
    /// <exception cref="CliException">Neither MLflow nor a pod's log has anything.</exception>
    public static async Task ReadAsync(ClusterRuns runs, string name, RunProgressState state, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(name, cancellationToken).ConfigureAwait(false);
        var whyNotMlflow = "the run is not recorded in MLflow";
        if (run.Status?.Tracking is { RunId: { } runId, Uri: { } uri })
        {
            whyNotMlflow = await MlflowHistory.ReadAsync(uri, runId, state, cancellationToken).ConfigureAwait(false);
            if (state.Training.Points.Count > 0)
            {
                return;
            }
        }

        var pod = await runs.NewestPodAsync(run, cancellationToken).ConfigureAwait(false)
            ?? throw new CliException(
                $"There is no curve to draw: {whyNotMlflow}, and its pod is gone or not there yet. {RunStory.Describe(run)}");
        await foreach (var line in runs.ReadLogAsync(pod, follow: false, cancellationToken).ConfigureAwait(false))
        {
            if (EventJson.Parse(line) is { } trainerEvent)
            {
                state.Apply(trainerEvent);
            }
        }
    }
}
