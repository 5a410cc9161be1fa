using System.Diagnostics;
using System.Net;

namespace Graft.Operator.Runtime;

/// <summary>
/// Looks at the keys of a queue with a number of workers. A look that fails comes again after a growing pause; one that asks for
/// it comes again after the time it names.
/// </summary>
/// <param name="name">The controller's name in logs and metrics.</param>
/// <param name="queue">Its keys.</param>
/// <param name="reconcile">Looks at one key; returns when to look again without a change, or null.</param>
/// <param name="metrics">Where it is counted.</param>
/// <param name="logger">Where failures are told.</param>
/// <param name="tell">Says on the object of a key that it cannot be reconciled, where nobody has said so yet.</param>
public sealed class Controller<TKey>(
    string name,
    WorkQueue<TKey> queue,
    Func<TKey, CancellationToken, Task<TimeSpan?>> reconcile,
    RuntimeMetrics metrics,
    ILogger logger,
    Func<TKey, string, CancellationToken, Task>? tell = null)
    where TKey : notnull
{
    /// <summary>Works until canceled, and then until the looks under way have ended.</summary>
    public async Task RunAsync(int workers, CancellationToken cancellationToken)
    {
        metrics.ControllerWorkers(name, workers);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(cancellationToken), CancellationToken.None)))
            .ConfigureAwait(false);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TKey key;
            try
            {
                key = await queue.TakeAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            using (metrics.ActiveWorker(name))
            {
                await LookAsync(key, cancellationToken).ConfigureAwait(false);
            }

            queue.Done(key);
        }
    }

    private async Task LookAsync(TKey key, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var result = "error";
        try
        {
            var again = await reconcile(key, cancellationToken).ConfigureAwait(false);
            queue.Forget(key);
            result = "success";
            if (again is { } delay)
            {
                result = "requeue_after";
                queue.AddAfter(key, delay);
            }
        }
        catch (Exception error) when (
            error is NotLeadingException || (error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            // Stopped in the middle; whoever leads next looks again.
            queue.AddRateLimited(key);
            return;
        }
        catch (ApiException conflict) when (conflict.IsConflict)
        {
            // Decided on what is no longer so: the change that made it so is on its way here.
            result = "requeue";
            queue.AddConflicted(key);
            logger.LogDebug("{Controller} {Key}: {Error}; deciding anew", name, key, conflict.Message);
        }
#pragma warning disable CA1031 // Whatever went wrong with one object must not stop the others: it is told, counted and tried again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (Passes(error))
            {
                queue.AddRateLimited(key);
                logger.LogInformation("{Controller} {Key}: {Error}; trying again", name, key, error.Message);
            }
            else
            {
                queue.AddAfterLongPause(key);
                await FailedAsync(key, error, cancellationToken).ConfigureAwait(false);
            }
        }

        metrics.Reconciled(name, result, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Whether it is likely to pass by itself, soon.</summary>
    private static bool Passes(Exception error)
    {
        return error is HttpRequestException or TimeoutException or IOException or OperationCanceledException
            || error is ApiException
            {
                Code: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode
                .NotFound
            };
    }

    private async Task FailedAsync(TKey key, Exception error, CancellationToken cancellationToken)
    {
        if (error is ApiException or ToldException)
        {
            logger.LogWarning("{Controller} {Key}: {Error}; failed {Failures} times", name, key, error.Message, queue.Failures(key));
        }
        else
        {
            // Where it comes from is worth a look, once.
            var trace = queue.Failures(key) == 1 ? error : null;
            logger.LogError(trace, "{Controller} {Key}: {Error}; failed {Failures} times", name, key, error.Message, queue.Failures(key));
        }

        if (tell is null || error is ToldException)
        {
            return;
        }

        try
        {
            var what = error is ApiException ? error.Message : $"{error.GetType().Name}: {error.Message}";
            await tell(key, what, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Not even telling works: it is told by the log alone, and tried again with the key.
        catch (Exception second)
#pragma warning restore CA1031
        {
            logger.LogInformation("{Controller} {Key}: its status cannot say so: {Error}", name, key, second.Message);
        }
    }
}
