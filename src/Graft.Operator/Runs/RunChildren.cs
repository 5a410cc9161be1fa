using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>What is created for a planned run: the plan and the Job that carries it out. Both once, neither ever changed.</summary>
/// <param name="Plan">The ConfigMap with the plan.</param>
/// <param name="Job">The Job.</param>
public sealed record RunChildren(V1ConfigMap Plan, V1Job Job)
{
    /// <summary>The name of both.</summary>
    public static string Name(string run, string planHash)
    {
        return ChildNames.For(run, RecipeHash.Short(planHash));
    }

    /// <summary>Makes both for a run whose spec has its defaults.</summary>
    public static RunChildren For(
        AdapterTrainingRun run, AdapterTrainingRunSpec spec, Recipe recipe, string planHash, RunExecution execution, OperatorOptions options, string? reportCa)
    {
        var labels = ChildLabels.Of(run.Metadata.Name, ChildLabels.Train);
        labels[GraftApi.RunNameLabel] = ChildNames.Label(run.Metadata.Name);
        labels[GraftApi.PlanHashLabel] = RecipeHash.Short(planHash);
        var name = Name(run.Metadata.Name, planHash);
        return new RunChildren(
            new V1ConfigMap
            {
                Metadata = Metadata(run, name, labels),
                Immutable = true,
                Data = PlanData(new RunPlan { Recipe = recipe, Execution = execution.Plan }, reportCa),
            },
            new V1Job
            {
                Metadata = Metadata(run, name, WithQueue(run, labels)),
                Spec = JobSpec(spec.Pod!, new TrainerPod
                {
                    Options = options,
                    Labels = labels,
                    Arguments = ["run", $"{RunExecution.PlanFolder}/{RunExecution.PlanFile}"],
                    Settings = spec.Pod!,
                    Volumes = execution.Volumes,
                    Mounts = execution.Mounts,
                    EnvironmentSecret = execution.Plan.Tracking.Uri is null ? null : options.TrackingSecret,
                    MetricsPort = execution.Plan.MetricsPort,
                }),
            });
    }

    private static Dictionary<string, string> PlanData(RunPlan plan, string? reportCa)
    {
        var data = new Dictionary<string, string> { [RunExecution.PlanFile] = PlanJson.Write(plan) };
        if (plan.Execution.Report is not null && reportCa is not null)
        {
            data[RunExecution.CaFile] = reportCa;
        }

        return data;
    }

    private static V1JobSpec JobSpec(PodSettings settings, TrainerPod pod)
    {
        return new V1JobSpec
        {
            BackoffLimit = settings.BackoffLimit,
            ActiveDeadlineSeconds = settings.ActiveDeadlineSeconds,
            TtlSecondsAfterFinished = settings.TtlSecondsAfterFinished,
            // No two pods may write one checkpoint: a successor starts when its predecessor has ended.
            PodReplacementPolicy = "Failed",
            PodFailurePolicy = new V1PodFailurePolicy
            {
                Rules =
                [
                    // Preempted, evicted, drained: not the run's fault.
                    new V1PodFailurePolicyRule
                    {
                        Action = "Ignore",
                        OnPodConditions = [new V1PodFailurePolicyOnPodConditionsPattern { Type = "DisruptionTarget", Status = "True" }],
                    },
                    OnExitCode("Ignore", TrainerExitCodes.Interrupted),
                    OnExitCode("FailJob", [.. TrainerPod.FinalExitCodes]),
                ],
            },
            Template = pod.Build(),
        };
    }

    private static V1PodFailurePolicyRule OnExitCode(string action, params int[] codes)
    {
        return new V1PodFailurePolicyRule
        {
            Action = action,
            OnExitCodes = new V1PodFailurePolicyOnExitCodesRequirement
            {
                ContainerName = TrainerPod.Container,
                OperatorProperty = "In",
                Values = [.. codes],
            },
        };
    }

    private static V1ObjectMeta Metadata(AdapterTrainingRun run, string name, Dictionary<string, string> labels)
    {
        return new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = run.Metadata.NamespaceProperty,
            Labels = labels,
            OwnerReferences = [Owner.Reference(run)],
        };
    }

    /// <summary>Kueue's labels go to the Job alone: on pods they would queue those one by one.</summary>
    private static Dictionary<string, string> WithQueue(AdapterTrainingRun run, Dictionary<string, string> labels)
    {
        var all = new Dictionary<string, string>(labels);
        foreach (var label in new[] { GraftApi.KueueQueueLabel, GraftApi.KueuePriorityLabel })
        {
            if (run.Metadata.Labels?.TryGetValue(label, out var value) == true)
            {
                all[label] = value;
            }
        }

        return all;
    }
}
