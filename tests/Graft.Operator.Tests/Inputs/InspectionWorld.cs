using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Inputs;
using Graft.Operator.Pods;
using Graft.Operator.Status;
using k8s;
using k8s.Models;

namespace Graft.Operator.Tests.Inputs;

/// <summary>A data set, its Jobs and pods, and a clock; decisions are carried out as the controller and the API server would.</summary>
internal sealed class InspectionWorld
{
    public static readonly string Digest = "sha256:" + new string('d', 64);

    private int _uids;

    public OperatorOptions Options { get; set; } = new();

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public TrainingDataset Dataset { get; } = new()
    {
        Metadata = new V1ObjectMeta { Name = "words", NamespaceProperty = "team", Uid = "uid", Generation = 1 },
        Spec = new TrainingDatasetSpec { Source = new FileSource { Oci = new OciSource { Reference = "registry.example/data:1" } } },
    };

    public List<V1Job> Jobs { get; } = [];

    public List<V1Pod> Pods { get; } = [];

    /// <summary>The names of all Jobs that were ever created.</summary>
    public List<string> Created { get; } = [];

    public V1Job Job => Jobs[^1];

    public InspectionStatus Memory => Dataset.Status!.Inspection!;

    public string State => $"{Ready.Status}/{Ready.Reason}";

    public V1Condition Ready => Dataset.Status.Get(ConditionTypes.Ready)!;

    public InspectionDecision Decide(InspectionTrouble? trouble = null)
    {
        return new InspectionDecider(Options).Decide(
            new InspectionObservation(new TrainingDatasets().Request(Dataset), Jobs, Pods, Now, trouble));
    }

    public InspectionDecision Reconcile()
    {
        var decision = Decide();
        Do(decision);
        Write(decision);
        return decision;
    }

    public void Do(InspectionDecision decision)
    {
        foreach (var old in decision.Delete)
        {
            Remove(old);
        }

        if (decision.Expire is { } ended)
        {
            ended.Spec.TtlSecondsAfterFinished = InspectionChildren.KeptSeconds;
        }

        if (decision.Create is { Job: var job } && Jobs.TrueForAll(other => other.Metadata.Name != job.Metadata.Name))
        {
            job.Metadata.Uid = $"job-{++_uids}";
            job.Status = new V1JobStatus();
            Jobs.Add(job);
            Created.Add(job.Metadata.Name);
        }
    }

    public void Write(InspectionDecision decision)
    {
        var status = (TrainingDatasetStatus)new TrainingDatasets().Found(Dataset, decision.Report);
        status.ObservedGeneration = Dataset.Metadata.Generation;
        status.Conditions = decision.Conditions;
        status.Inspection = decision.Inspection;
        // As the API server keeps it.
        Dataset.Status = KubernetesJson.Deserialize<TrainingDatasetStatus>(KubernetesJson.Serialize(status));
    }

    public void Edit(Action<TrainingDatasetSpec> edit)
    {
        edit(Dataset.Spec);
        Dataset.Metadata.Generation++;
    }

    public void Remove(V1Job job)
    {
        Jobs.Remove(job);
        Pods.RemoveAll(pod => Owner.Owns(job, pod));
    }

    /// <summary>Ends the Job as its controller does, with what its pod left; without an exit code no container ever started.</summary>
    public InspectionWorld End(int? exitCode, InspectionReport? report = null, string? reason = null, string? text = null)
    {
        var message = text ?? (report is null ? null : JsonSerializer.Serialize(report, PlanJson.WireOptions));
        Pods.Add(new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{Job.Metadata.Name}-x",
                Uid = $"pod-{++_uids}",
                CreationTimestamp = Now.UtcDateTime,
                OwnerReferences = [Owner.Reference(Job)],
            },
            Status = new V1PodStatus
            {
                Phase = exitCode == 0 ? "Succeeded" : "Failed",
                ContainerStatuses = exitCode is not { } code ? null :
                [
                    new V1ContainerStatus
                    {
                        Name = TrainerPod.Container,
                        State = new V1ContainerState
                        {
                            Terminated = new V1ContainerStateTerminated
                            {
                                ExitCode =
                                    code, Message = message, Reason = reason, StartedAt = Now.UtcDateTime, FinishedAt = Now.UtcDateTime,
                            },
                        },
                    },
                ],
            },
        });
        Job.Status.Conditions =
        [
            new V1JobCondition
            {
                Type = exitCode == 0 ? "Complete" : "Failed",
                Status = "True",
                Reason = exitCode == 0 ? "" : "BackoffLimitExceeded",
                Message = "the Job has failed",
                LastTransitionTime = Now.UtcDateTime,
            },
        ];
        if (exitCode is null)
        {
            // Nothing to wait for: the pod's report will not come.
            Now += TrainerJobView.LastWordsPatience;
        }

        return this;
    }

    /// <summary>Takes the data set to Ready.</summary>
    public InspectionWorld Found()
    {
        Reconcile();
        End(0, new InspectionReport { Digest = Digest, TrainRecords = 3, BadRecords = 1, FirstBadRecord = "train.jsonl:2: no" });
        Reconcile();
        return this;
    }

    /// <summary>Takes the data set to a failed inspection.</summary>
    public InspectionDecision Fail(string reason, int? exitCode = 1)
    {
        End(exitCode, new InspectionReport { Reason = reason, Error = "this is wrong" });
        return Reconcile();
    }
}
