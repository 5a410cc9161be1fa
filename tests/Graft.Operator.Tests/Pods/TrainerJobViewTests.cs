using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Pods;

/// <summary>What a Job, its pods and the warnings about them say, in the shapes that Kubernetes 1.34 gives them.</summary>
public sealed class TrainerJobViewTests
{
    private const string JobUid = "job-uid";
    private const string PodUid = "pod-uid";
    private static readonly DateTime Created = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private DateTimeOffset _now = new(Created.AddSeconds(10));
    private readonly List<ChildEvent> _events = [];

    private readonly V1Job _job = new()
    {
        Metadata =
            new V1ObjectMeta { Name = "quick-1", Uid = JobUid, CreationTimestamp = Created, Labels = new Dictionary<string, string>() },
        Spec = new V1JobSpec { BackoffLimit = 3 },
        Status = new V1JobStatus(),
    };

    private readonly V1Pod _pod = new()
    {
        Metadata = new V1ObjectMeta { Name = "quick-1-abcde", Uid = PodUid, CreationTimestamp = Created },
        Status = new V1PodStatus { Phase = "Pending" },
    };

    private readonly List<V1Pod> _pods = [];

    /// <summary>
    /// What is said by event only, about a Job without a pod or a pod without a container: reason, message, the reason once it has
    /// lasted.
    /// </summary>
    public static TheoryData<bool, string, string, string> SaidByEvent => new()
    {
        { false, "FailedCreate", "pods \"quick-1-…\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0",
            Reasons.PodRefused },
        { false, "FailedCreate", "pods \"quick-1-…\" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi",
            Reasons.PodRefused },
        { false, "FailedCreate", "pods \"quick-1-…\" is forbidden: no PriorityClass with name nope was found", Reasons.PodRefused },
        { false, "FailedCreate", "admission webhook \"policy.example\" denied the request: images must be signed", Reasons.PodRefused },
        { true, "FailedMount", "MountVolume.SetUp failed for volume \"credentials-publish\" : secret \"nope\" not found",
            Reasons.VolumeNotMounted },
        { true, "FailedAttachVolume", "Multi-Attach error for volume \"pvc-1\" Volume is already used by pod(s) other",
            Reasons.VolumeNotMounted },
        { true, "FailedCreatePodSandBox", "Failed to create pod sandbox: no runtime for \"gvisor\" is configured",
            Reasons.ContainerNotStarted },
        { true, "FailedPrepareDynamicResources", "claim is not allocated", Reasons.ContainerNotStarted },
    };

    [Theory]
    [MemberData(nameof(SaidByEvent))]
    public void What_others_say_by_event_only_is_said_and_stalls_the_run_once_it_has_lasted(
        bool ofPod, string reason, string message, string stalled)
    {
        if (ofPod)
        {
            _pods.Add(_pod);
            _pod.Status.StartTime = Created;
            _pod.Status.Conditions = [new V1PodCondition { Type = "PodScheduled", Status = "True", LastTransitionTime = Created }];
        }

        Warn(ofPod ? PodUid : JobUid, reason, message);

        var view = View();
        Assert.Contains(message, view.Message, StringComparison.Ordinal);
        Assert.False(view.Stalled);
        _now += view.RecheckAfter!.Value;
        Warn(ofPod ? PodUid : JobUid, reason, message);

        view = View();
        Assert.True(view.Stalled);
        Assert.Equal(stalled, view.Reason);
        Assert.Contains(message, view.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_warning_that_is_over_is_not_repeated()
    {
        Warn(JobUid, "FailedCreate", "exceeded quota");
        _pods.Add(_pod);
        Warn(PodUid, "FailedMount", "secret \"nope\" not found");
        _pod.Status.Conditions = [new V1PodCondition { Type = "PodReadyToStartContainers", Status = "True", LastTransitionTime = Created }];
        _pod.Status.StartTime = Created;
        Assert.DoesNotContain("nope", View().Message, StringComparison.Ordinal);

        Container(new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = Created.AddSeconds(3) } });
        Assert.Equal((JobPhase.Running, "The pod quick-1-abcde runs."), (View().Phase, View().Message));
    }

    [Theory]
    [InlineData("ErrImagePull", Reasons.ImagePullFailed)]
    [InlineData("ImagePullBackOff", Reasons.ImagePullFailed)]
    [InlineData("ErrImageNeverPull", Reasons.ImagePullFailed)]
    [InlineData("InvalidImageName", Reasons.ImagePullFailed)]
    [InlineData("CreateContainerConfigError", Reasons.ContainerNotStarted)]
    [InlineData("RunContainerError", Reasons.ContainerNotStarted)]
    public void A_container_that_the_runtime_cannot_start_stalls_the_run_once_it_has_lasted(string reason, string stalled)
    {
        _pods.Add(_pod);
        _pod.Status.StartTime = Created;
        Container(new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = "because of this" } });

        Assert.Contains("because of this", View().Message, StringComparison.Ordinal);
        Assert.False(View().Stalled);
        _now += TimeSpan.FromHours(1);
        Assert.Equal((true, stalled), (View().Stalled, View().Reason));
    }

    [Fact]
    public void Containers_are_read_by_name_whatever_is_injected_before_them()
    {
        _pods.Add(_pod);
        _pod.Status.StartTime = Created;
        _pod.Status.Phase = "Running";
        _pod.Status.ContainerStatuses =
        [
            Status("istio-proxy", new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = Created.AddSeconds(1) } }),
            Status(
                TrainerPod.Container,
                new V1ContainerState
                {
                    Waiting = new V1ContainerStateWaiting { Reason = "CreateContainerConfigError", Message = "secret \"x\" not found" },
                }),
        ];

        var view = View();
        Assert.Equal(JobPhase.Waiting, view.Phase);
        Assert.Contains("trainer", view.Message, StringComparison.Ordinal);
        Assert.Contains("secret \"x\" not found", view.Message, StringComparison.Ordinal);
        Assert.Null(view.Started);

        // And a sidecar that outlives the trainer keeps the Job from ending, which is said.
        _pod.Status.ContainerStatuses[1] = Status(TrainerPod.Container, Ended(0));
        _now += TimeSpan.FromHours(1);
        view = View();
        Assert.Contains("goes on running istio-proxy", view.Message, StringComparison.Ordinal);
        Assert.True(view.Stalled);
    }

    /// <summary>How a pod ended, and what is said of it; the second part whether another one follows although none was promised.</summary>
    public static TheoryData<string, string> Endings => new()
    {
        { "Evicted:The node was low on resource: ephemeral-storage.", Reasons.OutOfStorage },
        { "Evicted:Usage of EmptyDir volume \"output\" exceeds the limit \"1Gi\".", Reasons.OutOfStorage },
        { "Evicted:Usage of EmptyDir volume \"shared-memory\" exceeds the limit \"64Mi\".", Reasons.OutOfMemory },
        { "Evicted:The node was low on resource: memory.", Reasons.OutOfMemory },
        { "UnexpectedAdmissionError:Allocate failed due to no healthy devices", Reasons.PodRefused },
        { "exit:137", Reasons.OutOfMemory },
        { "exit:134", Reasons.TrainerCrashed },
        { "exit:3", Reasons.BadData },
        { "exit:7", Reasons.PublishFailed },
        { "oom", Reasons.OutOfMemory },
        { "ContainerStatusUnknown", Reasons.TrainerCrashed },
    };

    [Theory]
    [MemberData(nameof(Endings))]
    public void A_job_fails_for_what_its_last_pod_ended_of(string how, string reason)
    {
        _pods.Add(_pod);
        _pod.Status.Phase = "Failed";
        var (kind, rest) = how.Split(':', 2) is [var first, var second] ? (first, second) : (how, "");
        switch (kind)
        {
            case "exit":
                Container(Ended(int.Parse(rest, null)));
                break;
            case "oom":
                Container(Ended(137, "OOMKilled"));
                break;
            case "ContainerStatusUnknown":
                Container(Ended(137, kind));
                break;
            default:
                (_pod.Status.Reason, _pod.Status.Message) = (kind, rest);
                break;
        }

        _job.Status.Conditions = [new V1JobCondition { Type = "Failed", Status = "True", Reason = "BackoffLimitExceeded",
            LastTransitionTime = Created.AddSeconds(5) }];

        Assert.Equal((JobPhase.Failed, reason), (View().Phase, View().FailureReason));
    }

    [Theory]
    [InlineData(0, 3, "3 of 3 retries left")]
    [InlineData(2, 3, "1 of 3 retries left")]
    [InlineData(0, 0, "It was the last try")]
    public void Another_pod_is_promised_only_where_the_job_has_tries_left(int failedBefore, int limit, string words)
    {
        _job.Spec.BackoffLimit = limit;
        _job.Status.Failed = failedBefore + 1;
        _pods.Add(_pod);
        _pod.Status.Phase = "Failed";
        Container(Ended(1));

        Assert.Contains(words, View().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_somebody_suspends_is_not_preempted()
    {
        _job.Spec.Suspend = true;
        Assert.Equal(JobPhase.Suspended, View().Phase);
        _job.Metadata.Labels[GraftApi.KueueQueueLabel] = "team-a";
        Assert.Equal(JobPhase.Queued, View().Phase);
        Assert.Equal(JobPhase.Preempted, View(startedBefore: true).Phase);
    }

    [Fact]
    public void A_queue_has_admitted_only_what_it_has_held_or_marked()
    {
        Assert.Equal(QueueSeen.NotAsked, QueueReading.Of(_job, [], heldBefore: false));
        _job.Metadata.Labels[GraftApi.KueueQueueLabel] = "team-a";
        Assert.Equal(QueueSeen.NotSeen, QueueReading.Of(_job, [_pod], heldBefore: false));
        Assert.Equal(QueueSeen.Admitted, QueueReading.Of(_job, [], heldBefore: true));
        _job.Status.Conditions = [new V1JobCondition { Type = "Suspended", Status = "False" }];
        Assert.Equal(QueueSeen.Admitted, QueueReading.Of(_job, [], heldBefore: false));
        _job.Spec.Suspend = true;
        Assert.Equal(QueueSeen.Holds, QueueReading.Of(_job, [], heldBefore: false));
    }

    [Fact]
    public void Times_that_cannot_be_true_are_not_shown()
    {
        _pods.Add(_pod);
        _pod.Status.Phase = "Running";
        foreach (var (said, shown) in new (DateTime, DateTime?)[]
        {
            (Created.AddYears(10), _now.UtcDateTime),
            (Created.AddYears(-1), Created),
            (new DateTime(1, 1, 1, 0, 0, 0, DateTimeKind.Utc), null),
            (Created.AddSeconds(4), Created.AddSeconds(4)),
        })
        {
            Container(new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = said } });
            Assert.Equal(shown, View().Started);
        }
    }

    [Fact]
    public void A_termination_message_of_another_release_cannot_break_a_condition()
    {
        var result = TrainerJobView.ReadResult("""{"outcome":"Failed","reason":"not a reason!","message":"a\u0000b","mood":[1]}""");
        Assert.Null(result!.Reason);
        Assert.DoesNotContain('\0', result.Message);
        Assert.Null(TrainerJobView.ReadResult("segfault at 0x0"));
    }

    private TrainerJobView View(bool startedBefore = false)
    {
        return TrainerJobView.Of(_job, _pods, _events, startedBefore, _now);
    }

    private void Warn(string uid, string reason, string message)
    {
        _events.RemoveAll(note => note.Uid == uid && note.Reason == reason);
        _events.Add(new ChildEvent(uid, reason, message, new DateTimeOffset(Created.AddSeconds(1)), _now));
    }

    private void Container(V1ContainerState state)
    {
        _pod.Status.ContainerStatuses = [Status(TrainerPod.Container, state)];
    }

    private static V1ContainerStatus Status(string name, V1ContainerState state)
    {
        return new V1ContainerStatus { Name = name, State = state };
    }

    private static V1ContainerState Ended(int exitCode, string reason = "Error")
    {
        return new V1ContainerState
        {
            Terminated = new V1ContainerStateTerminated
            {
                ExitCode = exitCode,
                Reason = exitCode == 0 ? "Completed" : reason,
                StartedAt = Created.AddSeconds(1),
                FinishedAt = Created.AddSeconds(4),
            },
        };
    }
}
