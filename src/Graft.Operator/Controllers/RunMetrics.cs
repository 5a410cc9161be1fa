using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s.Models;
using Prometheus;

namespace Graft.Operator.Controllers;

/// <summary>Graft's own figures. Labels are bounded: no run's name among them.</summary>
public sealed class RunMetrics
{
    private static readonly double[] Minutes = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 43200, 86400];

    private readonly Histogram _queueWait;
    private readonly Histogram _duration;
    private readonly Counter _preemptions;
    private readonly Counter _published;
    private readonly Counter _planned;

    public RunMetrics(CollectorRegistry registry, ClusterCaches caches, TimeProvider time)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        var seconds = new HistogramConfiguration { Buckets = Minutes };
        _queueWait = factory.CreateHistogram(
            "graft_run_queue_wait_seconds", "From the creation of a run's Job to its first container's start.", seconds);
        _duration = factory.CreateHistogram(
            "graft_run_duration_seconds", "From a run's first container's start to its end.", ["result"], seconds);
        _preemptions = factory.CreateCounter("graft_preemptions_total", "Trainer pods stopped from outside.");
        _published = factory.CreateCounter("graft_artifacts_published_total", "Artifacts that runs published.");
        _planned = factory.CreateCounter("graft_plans_total", "Plans made of specs; a run whose recorded plan is up to date needs none.");
        var runs = factory.CreateGauge("graft_runs", "Runs by their one-word state.", "state");
        var age = factory.CreateGauge("graft_checkpoint_age_seconds", "The oldest last checkpoint of a running run.");
        factory.CreateGauge("graft_build_info", "1; the version is the label's.", "version").WithLabels(ThisAssembly.Version).Set(1);
        registry.AddBeforeCollectCallback(() =>
        {
            var all = caches.Runs.SelectMany(kind => kind.All()).ToList();
            var states = all.GroupBy(run => run.Status.Get(ConditionTypes.Succeeded)?.Reason ?? Reasons.Pending)
                .ToDictionary(group => group.Key, group => group.Count());
            foreach (var labels in runs.GetAllLabelValues().Where(labels => !states.ContainsKey(labels[0])))
            {
                runs.WithLabels(labels).Set(0);
            }

            foreach (var (state, count) in states)
            {
                runs.WithLabels(state).Set(count);
            }

            age.Set(all
                .Where(run => run.Status.Get(ConditionTypes.Running)?.Status == ConditionSet.True)
                .Select(run => run.Status.Get(ConditionTypes.Checkpointed))
                .Where(checkpoint => checkpoint?.Status == ConditionSet.True)
                .Select(checkpoint => (time.GetUtcNow() - checkpoint!.LastTransitionTime).TotalSeconds)
                .DefaultIfEmpty(0)
                .Max());
        });
    }

    /// <summary>Counts a plan.</summary>
    internal void Planned()
    {
        _planned.Inc();
    }

    /// <summary>Counts what a status that was just written changes.</summary>
    /// <param name="before">The status before; null without one.</param>
    /// <param name="after">The status that was written.</param>
    /// <param name="job">The Job that it speaks of; null where there is none.</param>
    internal void Changed(TrainingRunStatus? before, TrainingRunStatus after, V1Job? job)
    {
        before = before?.PlanHash == after.PlanHash ? before : null;
        if (before?.StartTime is null && after.StartTime is { } start && job?.Metadata.CreationTimestamp is { } created)
        {
            _queueWait.Observe(Math.Max(0, (start - created).TotalSeconds));
        }

        var summary = after.Get(ConditionTypes.Succeeded)!;
        if (before?.CompletionTime is null && after is { CompletionTime: { } end, StartTime: { } started })
        {
            _duration.WithLabels(summary.Reason).Observe(Math.Max(0, (end - started).TotalSeconds));
        }

        if (summary.Reason == Reasons.Preempted && before.Get(ConditionTypes.Succeeded)?.Reason != Reasons.Preempted)
        {
            _preemptions.Inc();
        }

        if (after.Artifact is { } artifact && artifact.Reference != before?.Artifact?.Reference)
        {
            _published.Inc();
        }
    }
}
