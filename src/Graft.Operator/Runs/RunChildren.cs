using Graft.Api.Planning;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using k8s;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>
/// What is created for a planned run: the plan and the Job that carries it out. Neither is ever changed but for the Job's time to live.
/// </summary>
/// <param name="Plan">The ConfigMap with the plan.</param>
/// <param name="Job">The Job.</param>
public sealed record RunChildren(V1ConfigMap Plan, V1Job Job)
{
    private const string PublishingCpu = "100m";
    private const string PublishingMemory = "1Gi";

    /// <summary>
    /// The name of a plan's Job: it follows from the run and from what is computed, and from nothing else, so that there is never a
    /// second one.
    /// </summary>
    public static string Name(string run, string planHash)
    {
        return ChildNames.For(run, RecipeHash.Short(planHash));
    }

    /// <summary>Makes both for a run whose spec has its defaults.</summary>
    /// <param name="run">The run.</param>
    /// <param name="spec">Its spec, with defaults.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="planHash">Its hash.</param>
    /// <param name="execution">What the pod needs to carry it out.</param>
    /// <param name="settings">The settings that the Job is made with.</param>
    /// <param name="options">The installation's settings.</param>
    /// <param name="reportCa">The certificate authority of progress reports, as PEM; null without reports.</param>
    public static RunChildren For(
        IRunResource run,
        RunSpec spec,
        RunPlan plan,
        string planHash,
        RunExecution execution,
        RunSettings settings,
        OperatorOptions options,
        string? reportCa)
    {
        var children = Make(run, spec, ChildLabels.Train, RecipeHash.Short(planHash), plan, planHash, execution, options, reportCa);
        children.Job.Metadata.Annotations = new Dictionary<string, string> { [RunSettings.Annotation] = settings.Write() };
        return children;
    }

    /// <summary>Makes both for publishing again what a run has published; its pod trains nothing and asks for little.</summary>
    /// <param name="run">The run.</param>
    /// <param name="spec">Its spec, with defaults.</param>
    /// <param name="recipe">What was computed.</param>
    /// <param name="planHash">Its hash.</param>
    /// <param name="execution">What the pod needs to publish.</param>
    /// <param name="settings">The run's settings.</param>
    /// <param name="options">The installation's settings.</param>
    public static RunChildren ForPublishing(
        IRunResource run,
        RunSpec spec,
        Recipe recipe,
        string planHash,
        RunExecution execution,
        RunSettings settings,
        OperatorOptions options)
    {
        var small = Small(run, spec);
        // Another artifact or another place is another Job.
        var what = ChildNames.Hash($"{execution.Plan.Published!.Reference} {settings.Sections[RunSettings.Publish]}");
        var plan = new RunPlan { Recipe = recipe, Execution = execution.Plan };
        return Make(run, small, ChildLabels.Publish, $"{ChildLabels.Publish}-{what}", plan, planHash, execution, options, null);
    }

    /// <summary>
    /// Makes the Job that delivers to MLflow what it had not taken of the record when the run ended. It mounts the checkpoints' volume and
    /// nothing else.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="spec">Its spec, with defaults.</param>
    /// <param name="planHash">The plan's hash.</param>
    /// <param name="execution">What the run's own pod needs.</param>
    /// <param name="options">The installation's settings.</param>
    public static V1Job ForDelivery(IRunResource run, RunSpec spec, string planHash, RunExecution execution, OperatorOptions options)
    {
        var settings = Small(run, spec).Pod!;
        settings.ActiveDeadlineSeconds = null;
        var labels = Labels(run, ChildLabels.Deliver, planHash);
        return new V1Job
        {
            Metadata = Metadata(run, ChildNames.For(run.Metadata.Name, $"{ChildLabels.Deliver}-{RecipeHash.Short(planHash)}"), labels),
            Spec = JobSpec(settings, new TrainerPod
            {
                Options = options,
                Labels = labels,
                Arguments =
                [
                    "deliver", execution.Plan.Tracking.SpoolDirectory, "--termination-message", TrainerPod.TerminationMessagePath,
                ],
                Settings = settings,
                Volumes = [.. execution.Volumes.Where(volume => volume.Name == RunExecution.CheckpointVolumeName)],
                Mounts = [.. execution.Mounts.Where(mount => mount.Name == RunExecution.CheckpointVolumeName)],
                EnvironmentSecret = execution.TrackingSecret,
            }),
        };
    }

    /// <summary>The spec with what a pod asks for that trains nothing.</summary>
    private static RunSpec Small(IRunResource run, RunSpec spec)
    {
        var small = RunKinds.Of(run).WithDefaults(spec);
        var pod = small.Pod!;
        (pod.Cpu, pod.CpuLimit, pod.Memory, pod.SharedMemory, pod.Gpu) = (PublishingCpu, null, PublishingMemory, null, null);
        return small;
    }

    private static Dictionary<string, string> Labels(IRunResource run, string role, string planHash)
    {
        var labels = ChildLabels.Of(run.Metadata.Name, role);
        labels[GraftApi.RunNameLabel] = ChildNames.Label(run.Metadata.Name);
        labels[GraftApi.PlanHashLabel] = RecipeHash.Short(planHash);
        return labels;
    }

    private static RunChildren Make(
        IRunResource run,
        RunSpec spec,
        string role,
        string suffix,
        RunPlan plan,
        string planHash,
        RunExecution execution,
        OperatorOptions options,
        string? reportCa)
    {
        var labels = Labels(run, role, planHash);
        var data = PlanData(plan, reportCa);
        // The plan's name has its content in it: what is there already under this name says the same, and a kubelet that keeps an
        // immutable ConfigMap in memory never hands out another plan's.
        var planName = ChildNames.For(run.Metadata.Name, $"{suffix}-{ChildNames.Hash(KubernetesJson.Serialize(data))}");
        var job = new V1Job
        {
            Metadata = Metadata(run, ChildNames.For(run.Metadata.Name, suffix), WithQueue(run, labels)),
            Spec = JobSpec(spec.Pod!, new TrainerPod
            {
                Options = options,
                Labels = labels,
                Arguments = ["run", $"{RunExecution.PlanFolder}/{RunExecution.PlanFile}"],
                Settings = spec.Pod!,
                Volumes =
                    [.. execution.Volumes, new V1Volume { Name = "plan", ConfigMap = new V1ConfigMapVolumeSource { Name = planName } }],
                Mounts =
                [
                    .. execution.Mounts,
                    new V1VolumeMount { Name = "plan", MountPath = RunExecution.PlanFolder, ReadOnlyProperty = true },
                ],
                EnvironmentSecret = execution.TrackingSecret,
                MetricsPort = execution.Plan.MetricsPort,
            }),
        };
        return new RunChildren(new V1ConfigMap { Metadata = Metadata(run, planName, labels), Immutable = true, Data = data }, job);
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
            // No time to live: it is set when the end has been recorded, so that no Job goes before somebody has seen how it ended.
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

    private static V1ObjectMeta Metadata(IRunResource run, string name, Dictionary<string, string> labels)
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
    private static Dictionary<string, string> WithQueue(IRunResource run, Dictionary<string, string> labels)
    {
        return labels.Concat(QueueLabels(run)).ToDictionary();
    }

    /// <summary>The run's labels that are for Kueue.</summary>
    public static IReadOnlyDictionary<string, string> QueueLabels(IRunResource run)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in new[] { GraftApi.KueueQueueLabel, GraftApi.KueuePriorityLabel })
        {
            if (run.Metadata.Labels?.TryGetValue(label, out var value) == true)
            {
                labels[label] = value;
            }
        }

        return labels;
    }
}
