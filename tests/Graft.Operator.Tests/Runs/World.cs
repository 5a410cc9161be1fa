using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runs;
using Graft.Tests;
using k8s;
using k8s.Models;

namespace Graft.Operator.Tests.Runs;

/// <summary>
/// A namespace with one run in it: what the decider observes, and what becomes of it when its decisions are carried out. Jobs and
/// pods are moved by the test, in the shapes that Kubernetes gives them.
/// </summary>
internal sealed class World
{
    private static readonly DateTime Start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private const int MostTurns = 5;
    private int _uids;

    public World()
    {
        Model.Status = Ready(new BaseModelStatus { Digest = Digest('a') });
        Dataset.Status = Ready(new TrainingDatasetStatus { Digest = Digest('b') });
    }

    public OperatorOptions Options { get; } =
        new() { ArtifactRepository = "registry.example/adapters", TrainerImage = "trainer:1", Policy = { Images = "*" } };

    public AdapterTrainingRun Run { get; } = Known(Resources.Run("quick", "team"), "run-uid");

    public BaseModel Model { get; } = Known(Resources.Model("tiny", "team"), "model-uid");

    public TrainingDataset Dataset { get; } = Known(Resources.Dataset("words", "team"), "data-uid");

    public bool HasModel { get; set; } = true;

    public bool HasDataset { get; set; } = true;

    public List<V1Job> Jobs { get; } = [];

    public List<V1Pod> Pods { get; } = [];

    public DateTimeOffset Now { get; set; } = new(Start);

    public V1Job Job => Jobs[^1];

    public V1Pod Pod => Pods[^1];

    public RunDecision Decide(string? refusal = null)
    {
        return new RunDecider(Options, () => null).Decide(new RunObservation
        {
            Run = Run,
            Inputs = PinnedInputs.Of(HasModel ? Model : null, HasDataset ? Dataset : null),
            Jobs = [.. Jobs],
            Pods = [.. Pods],
            Now = Now,
            Refusal = refusal,
        });
    }

    /// <summary>Decides and carries it out.</summary>
    public RunDecision Reconcile()
    {
        var decision = Decide();
        foreach (var action in decision.Actions)
        {
            switch (action)
            {
                case CreateChildren create:
                    Add(create.Children.Job);
                    break;
                case CreateJob create:
                    Add(create.Job);
                    break;
                case DeleteJob delete:
                    Remove(delete.Job);
                    break;
                case SetTimeToLive ttl:
                    ttl.Job.Spec.TtlSecondsAfterFinished = ttl.Seconds;
                    break;
                case ClearProgress:
                    Run.Status!.Progress = null;
                    break;
                case ClearEstimates:
                    (Run.Status!.Progress!.Eta, Run.Status.Progress.EtaSeconds, Run.Status.Progress.Activity) = (null, null, null);
                    break;
            }
        }

        Write(decision.Status);
        return decision;
    }

    private void Add(V1Job job)
    {
        if (Jobs.TrueForAll(other => other.Metadata.Name != job.Metadata.Name))
        {
            (job.Metadata.Uid, job.Status) = ($"job-{++_uids}", new V1JobStatus());
            Jobs.Add(job);
        }
    }

    /// <summary>
    /// Decides and carries out until nothing is left to do: some things take turns, such as a Job's end that is recorded before the Job
    /// may go, or a Job that has to be gone before the next one of its name.
    /// </summary>
    public void Settle()
    {
        for (var turn = 0; turn < MostTurns; turn++)
        {
            var before = Run.Status is null ? "" : KubernetesJson.Serialize(Run.Status);
            if (Reconcile().Actions.Count == 0 && KubernetesJson.Serialize(Run.Status) == before)
            {
                return;
            }
        }

        throw new InvalidOperationException($"After {MostTurns} turns there is still something to do.");
    }

    /// <summary>Applies a status as the API server does: progress belongs to another writer, except what the status brings.</summary>
    public void Write(TrainingRunStatus status)
    {
        var progress = Run.Status?.Progress;
        if (status.Progress is { } own)
        {
            progress ??= new RunProgress();
            (progress.Step, progress.TotalSteps, progress.Summary) = (own.Step, own.TotalSteps, own.Summary);
        }

        Run.Status = new TrainingRunStatus
        {
            ObservedGeneration = status.ObservedGeneration,
            Conditions = status.Conditions,
            PlanHash = status.PlanHash,
            Resolved = status.Resolved,
            Rerun = status.Rerun,
            JobName = status.JobName,
            StartTime = status.StartTime,
            CompletionTime = status.CompletionTime,
            Figures = status.Figures,
            Artifact = status.Artifact,
            Tracking = status.Tracking,
            Progress = progress,
        };
    }

    public void Edit(Action<AdapterTrainingRunSpec> edit)
    {
        edit(Run.Spec);
        Run.Metadata.Generation++;
    }

    public void Remove(V1Job job)
    {
        Jobs.RemoveAll(other => other.Metadata.Name == job.Metadata.Name);
        Pods.RemoveAll(pod => !Jobs.Exists(other => Owner.Owns(other, pod)));
    }

    public V1Pod AddPod()
    {
        Now += TimeSpan.FromSeconds(1);
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{Job.Metadata.Name}-{++_uids}",
                NamespaceProperty = "team",
                Uid = $"pod-{_uids}",
                CreationTimestamp = Now.UtcDateTime,
                OwnerReferences = [Owner.Reference(Job)],
            },
            Status = new V1PodStatus { Phase = "Pending" },
        };
        Pods.Add(pod);
        return pod;
    }

    public void StartPod()
    {
        Pod.Status.Phase = "Running";
        Pod.Status.ContainerStatuses =
        [
            new V1ContainerStatus { Name = TrainerPod.Container,
                State = new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = Now.UtcDateTime } } },
        ];
    }

    public void EndPod(int exitCode, string? message = null, string? reason = null)
    {
        Pod.Status.Phase = exitCode == 0 ? "Succeeded" : "Failed";
        Pod.Status.ContainerStatuses =
        [
            new V1ContainerStatus
            {
                Name = TrainerPod.Container,
                State = new V1ContainerState
                {
                    Terminated = new V1ContainerStateTerminated
                    {
                        ExitCode = exitCode,
                        Message = message,
                        Reason = reason,
                        StartedAt = Now.UtcDateTime,
                        FinishedAt = Now.UtcDateTime,
                    },
                },
            },
        ];
    }

    public void EndJob(string type, string reason = "", string message = "")
    {
        Job.Status.Conditions =
        [
            new V1JobCondition { Type = type, Status = "True", Reason = reason, Message = message, LastTransitionTime = Now.UtcDateTime },
        ];
    }

    /// <summary>Takes the run to its Job's running pod.</summary>
    public World Running()
    {
        Reconcile();
        AddPod();
        StartPod();
        Reconcile();
        return this;
    }

    /// <summary>Takes the run to its good end.</summary>
    public World Completed()
    {
        Running();
        EndPod(0, Result());
        EndJob("Complete");
        Settle();
        return this;
    }

    /// <summary>Takes the run to a bad end.</summary>
    public World Failed(int exitCode, string? reason = null, string jobReason = "BackoffLimitExceeded", string? podReason = null)
    {
        Running();
        EndPod(exitCode, reason is null ? null : Result("Failed", reason, "it went wrong"), podReason);
        EndJob("Failed", jobReason, "the Job has failed");
        Settle();
        return this;
    }

    /// <summary>Makes the status what the release before wrote: a hash of every field, and nothing of what it was made from.</summary>
    public World OfTheReleaseBefore()
    {
        var recipe = RecipeResolver.Resolve(
            Run, PinnedInputs.Of(Model, Model.Status!.Digest!, Dataset, Dataset.Status!.Digest!)).InForm(1)!;
        var (hash, name) = (RecipeHash.Of(recipe), RunChildren.Name(Run.Metadata.Name, RecipeHash.Of(recipe)));
        Run.Status!.PlanHash = hash;
        Run.Status.Resolved = null;
        Run.Status.JobName = name;
        foreach (var job in Jobs)
        {
            job.Metadata.Name = name;
            job.Metadata.Annotations = null;
            job.Spec.TtlSecondsAfterFinished = 86400;
            foreach (var pod in Pods)
            {
                pod.Metadata.OwnerReferences[0].Name = name;
            }
        }

        return this;
    }

    public static string Result(
        string outcome = "Succeeded", string? reason = null, string message = "all well", long? undelivered = null)
    {
        return System.Text.Json.JsonSerializer.Serialize(
            new RunResult
            {
                Outcome = outcome,
                Reason = reason,
                Message = message,
                Steps = 10,
                Undelivered = undelivered,
                Figures = outcome == "Succeeded" ? new ResultFigures { BaseLoss = 3.25, AdaptedLoss = 1.5 } : null,
                Artifact = outcome == "Succeeded"
                    ? new ResultArtifact
                    {
                        Name = "quick",
                        Version = "v1",
                        Digest = Digest('c'),
                        Reference = "registry.example/adapters/quick:v1"
                    }
                    : null,
            },
            PlanJson.WireOptions);
    }

    public static string Digest(char digit)
    {
        return "sha256:" + new string(digit, 64);
    }

    private static TStatus Ready<TStatus>(TStatus status)
        where TStatus : ResourceStatus
    {
        status.ObservedGeneration = 1;
        status.Conditions =
        [
            new V1Condition { Type = ConditionTypes.Ready, Status = "True", Reason = Reasons.Available, Message = "",
                LastTransitionTime = Start },
        ];
        return status;
    }

    /// <summary>A resource as the API server has it.</summary>
    private static T Known<T>(T resource, string uid)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        (resource.Metadata.Uid, resource.Metadata.Generation, resource.Metadata.CreationTimestamp) = (uid, 1, Start);
        return resource;
    }
}
