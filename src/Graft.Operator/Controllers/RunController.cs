using Graft.Api.V1Alpha1;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>What the controllers of all kinds of runs work with.</summary>
public sealed record RunControllerServices(
    ApiClient Api,
    ClusterCaches Caches,
    RunDecider Decider,
    JobCreator Jobs,
    StatusWriter Writer,
    WriteExpectations Expectations,
    EventRecorder Events,
    RunMetrics Metrics,
    TimeProvider Time);

/// <summary>Carries out what <see cref="RunDecider"/> decides about the runs of a kind.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="services">What it works with.</param>
/// <param name="runs">The runs as last seen.</param>
public sealed class RunController<T>(RunControllerServices services, Informer<T> runs) : IReconciler
    where T : class, IRunResource
{
    /// <summary>How soon to look again at what the cache has not seen yet; its change usually comes first.</summary>
    private static readonly TimeSpan UnseenPause = TimeSpan.FromSeconds(1);

    private static readonly KubernetesKind Kind = KubernetesKind.Of<T>();
    private readonly ResourceClient<T> _runs = new(services.Api);

    public async Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var run = runs.Cache.Find(key);
        if (run is null || run.Metadata.DeletionTimestamp is not null)
        {
            // Everything that it owns goes with it.
            return null;
        }

        if (!services.Expectations.Fulfilled(key, run))
        {
            return UnseenPause;
        }

        var observed = Observe(run);
        if (!services.Jobs.AreSeen(observed.Jobs))
        {
            return UnseenPause;
        }

        var decision = services.Decider.Decide(observed);
        if (decision.WasPlanned)
        {
            services.Metrics.Planned();
        }

        if (decision.Actions.Select(JobToCreate).OfType<V1Job>().Any(job => !services.Jobs.IsSeen(job)))
        {
            return UnseenPause;
        }

        // The run as the API server has it after each of the writes below.
        var current = run;
        try
        {
            foreach (var action in decision.Actions)
            {
                current = await DoAsync(current, action, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (ApiException refusal) when (refusal.IsRejection)
        {
            var refused = services.Decider.Decide(observed with { Refusal = refusal.Message });
            await WriteAsync(observed, current, refused, cancellationToken).ConfigureAwait(false);
            throw new ToldException(refusal);
        }

        await WriteAsync(observed, current, decision, cancellationToken).ConfigureAwait(false);
        return decision.RequeueAfter;
    }

    public Task TellAsync(ObjectKey key, string what, CancellationToken cancellationToken)
    {
        return services.Writer.TellFailureAsync(_runs, runs.Cache.Find(key), what, cancellationToken);
    }

    private RunObservation Observe(T run)
    {
        var owned = services.Caches.JobsOf(run);
        var pods = services.Caches.PodsOf(owned);
        return new RunObservation
        {
            Run = run,
            Inputs = services.Caches.InputsOf(run),
            Jobs = owned,
            Pods = pods,
            Events = services.Caches.WarningsAbout(owned, pods),
            Now = services.Time.GetUtcNow(),
        };
    }

    private async Task<T> DoAsync(T run, RunAction action, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case CreateChildren create:
                await services.Jobs.CreateAsync(run, create.Children.Job, create.Children.Plan, cancellationToken).ConfigureAwait(false);
                break;
            case CreateJob create:
                await services.Jobs.CreateAsync(run, create.Job, mounted: null, cancellationToken).ConfigureAwait(false);
                break;
            case DeleteJob delete:
                await services.Jobs.DeleteAsync(run, delete.Job, cancellationToken).ConfigureAwait(false);
                break;
            case DeleteOtherPlans others:
                await services.Jobs.DeleteOtherPlansAsync(run, others.Plan, cancellationToken).ConfigureAwait(false);
                break;
            case SetTimeToLive ttl:
                await services.Jobs.SetTimeToLiveAsync(ttl.Job, ttl.Seconds, cancellationToken).ConfigureAwait(false);
                break;
            case ClearProgress:
                return await PatchProgressAsync(run, null, cancellationToken).ConfigureAwait(false);
            case ClearEstimates:
                return await PatchProgressAsync(
                    run, new Dictionary<string, object?> { ["eta"] = null, ["etaSeconds"] = null, ["activity"] = null }, cancellationToken)
                        .ConfigureAwait(false);
        }

        return run;
    }

    private static V1Job? JobToCreate(RunAction action)
    {
        return action switch
        {
            CreateChildren create => create.Children.Job,
            CreateJob create => create.Job,
            _ => null,
        };
    }

    private async Task<T> PatchProgressAsync(T run, object? progress, CancellationToken cancellationToken)
    {
        var status = new Dictionary<string, object?> { ["progress"] = progress };
        var patched = await _runs.PatchStatusAsync(run, status, StatusWriter.ProgressManager, cancellationToken).ConfigureAwait(false);
        services.Expectations.Wrote(patched);
        return patched;
    }

    private async Task WriteAsync(
        RunObservation observed, T current, RunDecision decision, CancellationToken cancellationToken)
    {
        var run = observed.Run;
        var ours = Ours(run.Status, decision.Status);
        if (await services.Writer.WriteAsync(_runs, current, ours, decision.Status, cancellationToken).ConfigureAwait(false) is not null)
        {
            var job = observed.Jobs.FirstOrDefault(job => job.Metadata.Name == decision.Status.JobName);
            services.Metrics.Changed(run.Status, decision.Status, job);
            foreach (var note in decision.Events)
            {
                services.Events.Record(run, Kind, note);
            }
        }
    }

    /// <summary>The part of a status that this controller writes: of the progress only what it would write itself.</summary>
    private static TrainingRunStatus? Ours(TrainingRunStatus? current, TrainingRunStatus wanted)
    {
        return current is null ? null : new TrainingRunStatus
        {
            ObservedGeneration = current.ObservedGeneration,
            Conditions = current.Conditions,
            PlanHash = current.PlanHash,
            Resolved = current.Resolved,
            Rerun = current.Rerun,
            JobName = current.JobName,
            StartTime = current.StartTime,
            CompletionTime = current.CompletionTime,
            Figures = current.Figures,
            Artifact = current.Artifact,
            Tracking = current.Tracking,
            Progress = wanted.Progress is null || current.Progress is null
                ? null
                : new RunProgress
                {
                    Step = current.Progress.Step,
                    TotalSteps = current.Progress.TotalSteps,
                    Summary = current.Progress.Summary
                },
        };
    }
}
