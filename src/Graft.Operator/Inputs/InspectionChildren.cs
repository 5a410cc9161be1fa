using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Common;
using Graft.Operator.Pods;
using k8s;
using k8s.Models;

namespace Graft.Operator.Inputs;

/// <summary>
/// What is created to inspect an input: the plan, which says what to read, and the Job that reads it where runs will. The plan's name
/// follows from what it holds; each Job has a number of its own.
/// </summary>
/// <param name="Plan">The ConfigMap with the plan.</param>
/// <param name="Job">The Job.</param>
/// <param name="Request">A hash of what is read: another one is another inspection.</param>
/// <param name="Settings">A hash of how the Job is made.</param>
public sealed record InspectionChildren(V1ConfigMap Plan, V1Job Job, string Request, string Settings)
{
    public const string PlanFolder = "/etc/graft";
    public const string PlanFile = "inspection.json";

    /// <summary>How long an ended Job is kept for its log; counted only once its end is in the status, so that none is missed.</summary>
    public const int KeptSeconds = 86400;

    private const int HashDigits = 16;
    private const int NameDigits = 8;

    /// <summary>Makes both.</summary>
    /// <param name="request">What to inspect.</param>
    /// <param name="options">The installation's settings.</param>
    /// <param name="number">The inspection's number.</param>
    public static InspectionChildren For(InspectionRequest request, OperatorOptions options, int number)
    {
        var settings = options.Inspect.For(request.Pod);
        var input = PodInput.For("files", request.Source!, options.BuiltinDirectory, new PodFolders(settings, options.Pods).InputLimit);
        var labels = ChildLabels.Of(request.Resource.Metadata.Name, ChildLabels.Inspect);
        var document = new InspectionPlan
        {
            Input = input.Plan,
            Model = request.Model,
            Dataset = request.Dataset,
            TerminationMessagePath = TrainerPod.TerminationMessagePath,
        }.Write();
        var plan = new V1ConfigMap
        {
            // The kind is part of the names: a model and a data set may be namesakes.
            Metadata = Metadata(request, $"inspect-{Hash(request.Owner.Kind, document)}", labels),
            Immutable = true,
            Data = new Dictionary<string, string> { [PlanFile] = document },
        };
        var job = new V1Job
        {
            Metadata = Metadata(request, null, WithQueue(request, labels, options.Inspect.QueueName)),
            Spec = JobSpec(new TrainerPod
            {
                Options = options,
                Labels = labels,
                Arguments = ["inspect", $"{PlanFolder}/{PlanFile}"],
                Settings = settings,
                Volumes =
                [
                    .. input.Volumes,
                    new V1Volume { Name = "plan", ConfigMap = new V1ConfigMapVolumeSource { Name = plan.Metadata.Name } },
                ],
                Mounts = [.. input.Mounts, new V1VolumeMount { Name = "plan", MountPath = PlanFolder, ReadOnlyProperty = true }],
            }),
        };
        var made = Hash(request.Owner.Kind, KubernetesJson.Serialize(job));
        job.Metadata.Name = ChildNames.For(request.Resource.Metadata.Name, $"inspect-{made[..NameDigits]}-{number}");
        var read = Hash(request.Owner.Kind, document, KubernetesJson.Serialize(request.Source), request.Rerun ?? "");
        return new InspectionChildren(plan, job, read, made);
    }

    private static V1JobSpec JobSpec(TrainerPod pod)
    {
        return new V1JobSpec
        {
            // Whether and when a failed inspection is repeated is the operator's decision, and told in the status.
            BackoffLimit = 0,
            PodReplacementPolicy = "Failed",
            PodFailurePolicy = new V1PodFailurePolicy
            {
                Rules =
                [
                    // Preempted, evicted, drained: not the files' fault.
                    new V1PodFailurePolicyRule
                    {
                        Action = "Ignore",
                        OnPodConditions = [new V1PodFailurePolicyOnPodConditionsPattern { Type = "DisruptionTarget", Status = "True" }],
                    },
                ],
            },
            Template = pod.Build(),
        };
    }

    private static V1ObjectMeta Metadata(InspectionRequest request, string? suffix, Dictionary<string, string> labels)
    {
        return new V1ObjectMeta
        {
            Name = suffix is null ? null : ChildNames.For(request.Resource.Metadata.Name, suffix),
            NamespaceProperty = request.Resource.Metadata.NamespaceProperty,
            Labels = labels,
            OwnerReferences = [request.Owner],
        };
    }

    /// <summary>Kueue's labels go to the Job alone: on pods they would queue those one by one.</summary>
    private static Dictionary<string, string> WithQueue(InspectionRequest request, Dictionary<string, string> labels, string usualQueue)
    {
        var all = new Dictionary<string, string>(labels);
        if (usualQueue.Length > 0)
        {
            all[GraftApi.KueueQueueLabel] = usualQueue;
        }

        foreach (var label in new[] { GraftApi.KueueQueueLabel, GraftApi.KueuePriorityLabel })
        {
            if (request.Resource.Metadata.Labels?.TryGetValue(label, out var value) == true)
            {
                all[label] = value;
            }
        }

        return all;
    }

    private static string Hash(params string[] parts)
    {
        return Sha256Text.Of(string.Join('\n', parts))[..HashDigits];
    }
}
