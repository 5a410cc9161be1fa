using Graft.Artifacts;

namespace Graft.Trainer.Publishing;

/// <summary>
/// Tries to publish until it succeeds: what is to be published took hours to make, and nobody else may have it. Meanwhile it says what
/// holds it up.
/// </summary>
/// <param name="attempt">Publishes once.</param>
/// <param name="patience">How long to go on.</param>
/// <param name="waiting">Told before each wait why the last attempt failed.</param>
/// <param name="time">Measures time.</param>
internal sealed class PatientPublisher(
    Func<CancellationToken, Task<PublishedArtifact>> attempt, TimeSpan patience, Action<string> waiting, TimeProvider time)
{
    /// <summary>
    /// How long a transfer that is under way when the run is asked to stop may go on: pushing takes less than doing the work again, but a
    /// pod must end within its grace period.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Publishes.</summary>
    /// <param name="stop">Asks to stop: no further attempt is made.</param>
    /// <exception cref="ArtifactException">It cannot be published, or the patience is over.</exception>
    /// <exception cref="OperationCanceledException">The run was asked to stop.</exception>
    public async Task<PublishedArtifact> PublishAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var registration = stop.Register(() => limit.CancelAfter(Grace));
        var start = time.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await attempt(limit.Token).ConfigureAwait(false);
            }
            catch (ArtifactException error)
            {
                if (PublishPacing.Wait(error.Failure, failures, Random.Shared.NextDouble()) is not { } wait)
                {
                    throw;
                }

                stop.ThrowIfCancellationRequested();
                var elapsed = time.GetElapsedTime(start);
                if (elapsed + wait > patience)
                {
                    throw new ArtifactException(
                        $"Publishing was tried {failures} times in {Words(elapsed)}. {error.Message}", error, error.Failure);
                }

                waiting($"Attempt {failures} failed, the next one comes in {Words(wait)}: {error.Message}");
                await Task.Delay(wait, time, stop).ConfigureAwait(false);
            }
        }
    }

    private static string Words(TimeSpan time) => time switch
    {
        { TotalMinutes: < 2 } => $"{Math.Ceiling(time.TotalSeconds):0} s",
        { TotalHours: < 2 } => $"{time.TotalMinutes:0} min",
        _ => $"{time.TotalHours:0} h",
    };
}
