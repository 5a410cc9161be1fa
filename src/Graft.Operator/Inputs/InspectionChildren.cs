using System.Security.Cryptography;
using System.Text;
using Graft.Api.Defaulting;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using k8s;
using k8s.Models;

namespace Graft.Operator.Inputs;

/// <summary>
/// What is created to inspect an input: the plan, which says what to read, and the Job that reads it where runs will. Their names
/// follow from what they hold, so that a changed spec is inspected anew and an unchanged one is not.
/// </summary>
/// <param name="Plan">The ConfigMap with the plan.</param>
/// <param name="Job">The Job.</param>
public sealed record InspectionChildren(V1ConfigMap Plan, V1Job Job)
{
    public const string PlanFolder = "/etc/graft";
    public const string PlanFile = "inspection.json";

    private const int Retries = 2;
    private const int PlanHashDigits = 16;

    /// <summary>How long a finished Job is kept; after a failed one, also how long until the next try.</summary>
    private const int KeptSeconds = 3600;

    /// <summary>Makes both.</summary>
    public static InspectionChildren For(InspectionRequest request, OperatorOptions options)
    {
        var name = request.Resource.Metadata.Name;
        var input = PodInput.For("files", request.Source!, options.BuiltinDirectory, options.Pods.InputLimit);
        var labels = ChildLabels.Of(name, ChildLabels.Inspect);
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
            Metadata = Metadata(request, $"inspect-{Hash(request.Owner.Kind + '\n' + document)[..PlanHashDigits]}", labels),
            Immutable = true,
            Data = new Dictionary<string, string> { [PlanFile] = document },
        };
        var content = string.Join('\n', request.Owner.Kind, document, KubernetesJson.Serialize(request.Source));
        return new InspectionChildren(plan, new V1Job
        {
            Metadata = Metadata(request, $"inspect-{ChildNames.Hash(content)}", labels),
            Spec = JobSpec(new TrainerPod
            {
                Options = options,
                Labels = labels,
                Arguments = ["inspect", $"{PlanFolder}/{PlanFile}"],
                Settings = Defaults.Apply(new PodSettings { Cpu = "100m", Memory = options.InspectMemory, TerminationGracePeriodSeconds = 1 }),
                Volumes =
                [
                    .. input.Volumes,
                    new V1Volume { Name = "plan", ConfigMap = new V1ConfigMapVolumeSource { Name = plan.Metadata.Name } },
                ],
                Mounts = [.. input.Mounts, new V1VolumeMount { Name = "plan", MountPath = PlanFolder, ReadOnlyProperty = true }],
            }),
        });
    }

    private static V1JobSpec JobSpec(TrainerPod pod)
    {
        return new V1JobSpec
        {
            BackoffLimit = Retries,
            TtlSecondsAfterFinished = KeptSeconds,
            PodReplacementPolicy = "Failed",
            PodFailurePolicy = new V1PodFailurePolicy
            {
                Rules =
                [
                    new V1PodFailurePolicyRule
                    {
                        Action = "Ignore",
                        OnPodConditions = [new V1PodFailurePolicyOnPodConditionsPattern { Type = "DisruptionTarget", Status = "True" }],
                    },
                    new V1PodFailurePolicyRule
                    {
                        Action = "FailJob",
                        OnExitCodes = new V1PodFailurePolicyOnExitCodesRequirement
                        {
                            ContainerName = TrainerPod.Container,
                            OperatorProperty = "In",
                            Values = [.. TrainerPod.FinalExitCodes],
                        },
                    },
                ],
            },
            Template = pod.Build(),
        };
    }

    private static V1ObjectMeta Metadata(InspectionRequest request, string suffix, Dictionary<string, string> labels)
    {
        return new V1ObjectMeta
        {
            Name = ChildNames.For(request.Resource.Metadata.Name, suffix),
            NamespaceProperty = request.Resource.Metadata.NamespaceProperty,
            Labels = labels,
            OwnerReferences = [request.Owner],
        };
    }

    private static string Hash(string text)
    {
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
