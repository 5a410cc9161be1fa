using Graft.Api.Defaulting;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using k8s;
using k8s.Models;

namespace Graft.Operator.Inputs;

/// <summary>
/// The Job that reads an input's files where runs will read them, and says what they are. Its name follows from what it reads, so
/// that a changed spec is inspected anew and an unchanged one is not.
/// </summary>
public static class InspectionJob
{
    private const int Retries = 2;

    /// <summary>How long a finished Job is kept; after a failed one, also how long until the next try.</summary>
    private const int KeptSeconds = 3600;

    /// <summary>Makes the Job.</summary>
    public static V1Job For(InspectionRequest request, OperatorOptions options)
    {
        var input = PodInput.For("files", request.Source!, options.BuiltinDirectory, options.Pods.InputLimit);
        var arguments = Arguments(request, input.Plan);
        var labels = ChildLabels.Of(request.Resource.Metadata.Name, ChildLabels.Inspect);
        var settings = Defaults.Apply(new PodSettings { Cpu = "100m", Memory = options.InspectMemory, TerminationGracePeriodSeconds = 1 });
        var content = string.Join('\n', arguments.Append(KubernetesJson.Serialize(request.Source)));
        return new V1Job
        {
            Metadata = new V1ObjectMeta
            {
                // The kind is part of the name: a model and a data set may be namesakes.
                Name = ChildNames.For(request.Resource.Metadata.Name, $"inspect-{ChildNames.Hash(request.Owner.Kind + content)}"),
                NamespaceProperty = request.Resource.Metadata.NamespaceProperty,
                Labels = labels,
                OwnerReferences = [request.Owner],
            },
            Spec = new V1JobSpec
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
                Template = new TrainerPod
                {
                    Options = options,
                    Labels = labels,
                    Arguments = arguments,
                    Settings = settings,
                    Volumes = input.Volumes,
                    Mounts = input.Mounts,
                }.Build(),
            },
        };
    }

    private static List<string> Arguments(InspectionRequest request, PlanInput input)
    {
        List<string> arguments =
        [
            "inspect", request.FolderOption, input.Path, .. request.Arguments, "--json", "--output", TrainerPod.TerminationMessagePath,
        ];
        if (input.Oci is { } oci)
        {
            arguments.AddRange(["--oci", oci.Reference]);
            if (oci.PlainHttp)
            {
                arguments.Add("--plain-http");
            }

            if (oci.CredentialsFile is { } file)
            {
                arguments.AddRange(["--credentials", file]);
            }
        }

        return arguments;
    }
}
