using Graft.Api.V1Alpha1;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;

namespace Graft.Operator.Controllers;

/// <summary>Carries out what <see cref="RunDecider"/> decides about AdapterTrainingRuns.</summary>
public sealed class RunController(
    ApiClient api,
    ClusterCaches caches,
    RunDecider decider,
    JobCreator jobs,
    StatusWriter writer,
    WriteExpectations expectations,
    EventRecorder events,
    RunMetrics metrics,
    TimeProvider time)
{
    /// <summary>How soon to look again at what the cache has not seen yet; its change usually comes first.</summary>
    private static readonly TimeSpan UnseenPause = TimeSpan.FromSeconds(1);

    private static readonly KubernetesKind Kind = KubernetesKind.Of<AdapterTrainingRun>();
    private readonly ResourceClient<AdapterTrainingRun> _runs = new(api);

    /// <summary>Looks at a run.</summary>
    public async Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var run = caches.Runs.Cache.Find(key);
        if (run is null || run.Metadata.DeletionTimestamp is not null)
        {
            // Everything that it owns goes with it.
            return null;
        }

        if (!expectations.Fulfilled(key, run))
        {
            return UnseenPause;
        }

        var observed = Observe(run);
        if (!jobs.AreSeen(observed.Jobs))
        {
            return UnseenPause;
        }

        var decision = decider.Decide(observed);
        if (decision.WasPlanned)
        {
            metrics.Planned();
        }

        if (decision.Actions.OfType<CreateChildren>().Any(create => !jobs.IsSeen(create.Children.Job)))
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
            await WriteAsync(
                observed, current, decider.Decide(observed with { Refusal = refusal.Message }), cancellationToken).ConfigureAwait(false);
            throw new ToldException(refusal);
        }

        await WriteAsync(observed, current, decision, cancellationToken).ConfigureAwait(false);
        return decision.RequeueAfter;
    }

    private RunObservation Observe(AdapterTrainingRun run)
    {
        var owned = caches.JobsOf(run);
        var pods = caches.PodsOf(owned);
        return new RunObservation
        {
            Run = run,
            Model = run.Spec.BaseModelRef?.Name is { } model
                ? caches.Models.Cache.Find(new ObjectKey(run.Metadata.NamespaceProperty, model))
                : null,
            Dataset = run.Spec.Data?.DatasetRef?.Name is { } dataset
                ? caches.Datasets.Cache.Find(new ObjectKey(run.Metadata.NamespaceProperty, dataset))
                : null,
            Jobs = owned,
            Pods = pods,
            Events = caches.WarningsAbout(owned, pods),
            Now = time.GetUtcNow(),
        };
    }

    private async Task<AdapterTrainingRun> DoAsync(AdapterTrainingRun run, RunAction action, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case CreateChildren create:
                await jobs.CreateAsync(run, create.Children.Job, create.Children.Plan, cancellationToken).ConfigureAwait(false);
                break;
            case DeleteJob delete:
                await jobs.DeleteAsync(run, delete.Job, cancellationToken).ConfigureAwait(false);
                break;
            case DeleteOtherPlans others:
                await jobs.DeleteOtherPlansAsync(run, others.Plan, cancellationToken).ConfigureAwait(false);
                break;
            case SetTimeToLive ttl:
                await jobs.SetTimeToLiveAsync(ttl.Job, ttl.Seconds, cancellationToken).ConfigureAwait(false);
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

    private async Task<AdapterTrainingRun> PatchProgressAsync(AdapterTrainingRun run, object? progress, CancellationToken cancellationToken)
    {
        var status = new Dictionary<string, object?> { ["progress"] = progress };
        var patched = await _runs.PatchStatusAsync(run, status, StatusWriter.ProgressManager, cancellationToken).ConfigureAwait(false);
        expectations.Wrote(patched);
        return patched;
    }

    private async Task WriteAsync(
        RunObservation observed, AdapterTrainingRun current, RunDecision decision, CancellationToken cancellationToken)
    {
        var run = observed.Run;
        var ours = Ours(run.Status, decision.Status);
        if (await writer.WriteAsync(_runs, current, ours, decision.Status, cancellationToken).ConfigureAwait(false) is not null)
        {
            metrics.Changed(run.Status, decision.Status, observed.Jobs.FirstOrDefault(job => job.Metadata.Name == decision.Status.JobName));
            foreach (var note in decision.Events)
            {
                events.Record(run, Kind, note);
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
