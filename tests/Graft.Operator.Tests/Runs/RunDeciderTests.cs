using Graft.Api.Methods;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runs;
using Graft.Operator.Status;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Runs;

public sealed class RunDeciderTests
{
    private readonly World _world = new();

    [Fact]
    public void A_new_run_gets_its_plan_and_its_job_and_all_conditions_at_the_first_visit()
    {
        var decision = _world.Reconcile();

        Assert.IsType<CreateChildren>(Assert.Single(decision.Actions));
        Assert.Equal(RunDeciderPropertyTests.AllConditions, decision.Status.Conditions!.Select(condition => condition.Type));
        Assert.All(decision.Status.Conditions!, condition => Assert.Equal(1, condition.ObservedGeneration));
        AssertState("Unknown/Pending", accepted: "True/Valid", reconciling: "True", stalled: "False");
        Assert.Equal(["RunAccepted", "JobCreated"], decision.Events.Select(note => note.Reason));
    }

    [Fact]
    public void A_missing_input_is_waited_for_and_after_two_minutes_called_for()
    {
        _world.HasDataset = false;
        var decision = _world.Reconcile();
        AssertState("Unknown/Waiting", accepted: "False/DatasetNotFound", reconciling: "True", stalled: "False");
        Assert.Contains("\"words\"", Message("Accepted"), StringComparison.Ordinal);
        Assert.Equal(RunDecider.InputPatience, decision.RequeueAfter);

        _world.Now += RunDecider.InputPatience;
        Assert.Null(_world.Reconcile().RequeueAfter);
        AssertState("Unknown/Waiting", accepted: "False/DatasetNotFound", reconciling: "False", stalled: "True");

        _world.HasDataset = true;
        _world.Reconcile();
        AssertState("Unknown/Pending", accepted: "True/Valid", reconciling: "True", stalled: "False");
    }

    public static TheoryData<string, Action<object>, string, string, string> Refusals => new()
    {
        { "an invalid spec", world => Of(world).Edit(spec => spec.Training = new TrainingSpec { LearningRate = new("fast") }),
            "False/InvalidSpec", "False/InvalidSpec", "True" },
        { "no spec at all", world => Of(world).Edit(spec => spec.Method = null), "False/InvalidSpec", "False/InvalidSpec", "True" },
        { "an impossible combination", world => Of(world).Model.Spec.RandomInitialization = new RandomInitialization(), "False/InvalidSpec",
            "False/InvalidSpec", "True" },
        { "nowhere to publish", world => Of(world).Options.ArtifactRepository = null, "False/ArtifactStoreNotConfigured",
            "False/ArtifactStoreNotConfigured", "True" },
        { "no base model", world => Of(world).HasModel = false, "False/BaseModelNotFound", "Unknown/Waiting", "False" },
        { "a base model under inspection", world => Of(world).Model.Status = null, "False/BaseModelNotReady", "Unknown/Waiting", "False" },
        { "a base model whose spec has changed", world => Of(world).Model.Metadata.Generation = 2, "False/BaseModelNotReady",
            "Unknown/Waiting", "False" },
        { "a data set that is not ready", world => Of(world).Dataset.Status!.Conditions![0].Status = "False", "False/DatasetNotReady",
            "Unknown/Waiting", "False" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_run_that_cannot_be_planned_says_why(string what, Action<object> spoil, string accepted, string succeeded, string stalled)
    {
        spoil(_world);
        var decision = _world.Reconcile();

        Assert.Empty(decision.Actions);
        Assert.Equal(RunDeciderPropertyTests.AllConditions, decision.Status.Conditions!.Select(condition => condition.Type));
        AssertState(succeeded, accepted, reconciling: stalled == "True" ? "False" : "True", stalled);
        Assert.True(Message("Accepted").Length > 10, what);
    }

    public static TheoryData<string, Action<object>, string, string, string> Stages => new()
    {
        { "no pod yet", _ => { }, "Unknown/Pending", "False/PodNotRunning", "has no pod yet" },
        { "held by a queue", world => Of(world).Hold(), "Unknown/Queued", "False/PodNotRunning", "queue" },
        { "a pod that fits nowhere", world => Of(world).Unschedulable(), "Unknown/Waiting", "False/PodNotRunning",
            "0/3 nodes are available" },
        { "an image that is not there", world => Of(world).Pulling(), "Unknown/Waiting", "False/PodNotRunning", "ImagePullBackOff" },
        { "a running pod", world => Of(world).Start(), "Unknown/Running", "True/Running", "runs" },
        { "a pod that publishes", world => { Of(world).Start(); Of(world).Report("Publishing"); }, "Unknown/Publishing", "True/Running",
            "runs" },
        { "a pod that was evicted", world => { Of(world).Start(); Of(world).Evict(); }, "Unknown/Interrupted", "False/PodNotRunning",
            "was evicted" },
        { "a pod that stopped at SIGTERM", world => { Of(world).Start(); Of(world).EndPod(10); }, "Unknown/Interrupted",
            "False/PodNotRunning", "was told to" },
        { "a pod that crashed and will be replaced", world => { Of(world).Start(); Of(world).EndPod(1,
            World.Result("Failed", message: "boom")); }, "Unknown/Retrying", "False/PodNotRunning", "boom" },
        { "a pod that has succeeded, which its Job has not seen", world => { Of(world).Start(); Of(world).EndPod(0, World.Result()); },
            "Unknown/Running", "True/Running", "has ended" },
        { "a pod that no other one can replace, which its Job has not seen", world => { Of(world).Start(); Of(world).EndPod(3); },
            "Unknown/Running", "True/Running", "has ended" },
        { "a queue that took the run's place back", world => { Of(world).Start(); Of(world).Reconcile(); Of(world).Pods.Clear(); Of(world)
            .Job.Status.StartTime = null; Of(world).Hold(); }, "Unknown/Preempted", "False/PodNotRunning", "preempted" },
    };

    [Theory]
    [MemberData(nameof(Stages))]
    public void An_active_run_says_in_one_word_what_it_does_and_in_a_sentence_why(
        string what, Action<object> move, string succeeded, string running, string words)
    {
        _world.Reconcile();
        move(_world);
        _world.Reconcile();

        AssertState(succeeded, accepted: "True/Valid", reconciling: "True", stalled: "False");
        Assert.Equal(running, State("Running"));
        Assert.True(Message("Succeeded").Contains(words, StringComparison.Ordinal), $"{what}: {Message("Succeeded")}");
        Assert.Null(_world.Run.Status!.CompletionTime);
    }

    public static TheoryData<string, int, string?, string?, string, string> Failures => new()
    {
        { "BackoffLimitExceeded", 1, null, null, Reasons.TrainerCrashed, "exit code 1" },
        { "PodFailurePolicy", 2, null, null, Reasons.BadPlan, "exit code 2" },
        { "PodFailurePolicy", 3, World.Result("Failed", Reasons.BadData, "train.jsonl:7: no output"), null, Reasons.BadData,
            "train.jsonl:7: no output" },
        { "PodFailurePolicy", 4, null, null, Reasons.ModelNotLoadable, "exit code 4" },
        { "PodFailurePolicy", 5, World.Result("Failed", null, "the loss is NaN at step 3"), null, Reasons.Diverged, "the loss is NaN" },
        { "BackoffLimitExceeded", 6, null, null, Reasons.PublishFailed, "exit code 6" },
        { "BackoffLimitExceeded", 137, null, "OOMKilled", Reasons.OutOfMemory, "spec.pod.memory" },
        { "DeadlineExceeded", 10, World.Result("Interrupted", null, "Stopped after step 5."), null, Reasons.DeadlineExceeded,
            "activeDeadlineSeconds allows. Stopped after step 5." },
        { "BackoffLimitExceeded", 10, World.Result("Interrupted", null, "Stopped after step 5."), null, Reasons.TrainerCrashed,
            "told to. the Job has failed. Stopped after step 5." },
        { "BackoffLimitExceeded", 1, "not our JSON {", null, Reasons.TrainerCrashed, "exit code 1" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failed_run_says_why_in_the_trainers_words_or_by_its_exit_code(
        string jobReason, int exitCode, string? message, string? podReason, string reason, string words)
    {
        _world.Running();
        _world.EndPod(exitCode, message, podReason);
        _world.EndJob("Failed", jobReason, "the Job has failed");
        var decision = _world.Reconcile();

        AssertState($"False/{reason}", accepted: "True/Valid", reconciling: "False", stalled: "True");
        Assert.Contains(words, Message("Succeeded"), StringComparison.Ordinal);
        Assert.NotNull(_world.Run.Status!.CompletionTime);
        Assert.Equal("Warning", Assert.Single(decision.Events, note => note.Reason == reason).Type);
    }

    [Fact]
    public void A_completed_run_has_figures_artifact_and_the_last_step()
    {
        _world.Running();
        _world.Report("Publishing");
        _world.EndPod(0, World.Result());
        _world.EndJob("Complete");
        var decision = _world.Reconcile();

        AssertState("True/Completed", accepted: "True/Valid", reconciling: "False", stalled: "False");
        Assert.Equal("True/Published", State("ArtifactPublished"));
        var status = _world.Run.Status!;
        Assert.Equal(("3.25", "1.5"), (status.Figures!.BaseLoss, status.Figures.AdaptedLoss));
        Assert.Equal("v1", status.Artifact!.Version);
        Assert.Equal("10/10 (100%)", status.Progress!.Summary);
        Assert.Null(status.Progress.Eta);
        Assert.Equal(["ArtifactPublished", "RunSucceeded"], decision.Events.Select(note => note.Reason));
    }

    [Fact]
    public void An_ended_job_waits_a_while_for_its_pods_last_words_and_no_longer()
    {
        _world.Running();
        _world.EndJob("Complete");

        Assert.NotNull(_world.Reconcile().RequeueAfter);
        Assert.Equal("Unknown/Running", State("Succeeded"));

        _world.Now += TrainerJobView.LastWordsPatience;
        _world.Reconcile();
        AssertState("True/Completed", accepted: "True/Valid", reconciling: "False", stalled: "False");
        Assert.Equal("False/NotPublishedYet", State("ArtifactPublished"));
    }

    public static TheoryData<string, Action<object>> Upheavals => new()
    {
        { "its Job is removed", world => Of(world).Remove(Of(world).Job) },
        { "its model is removed", world => Of(world).HasModel = false },
        { "its data set is inspected anew", world => Of(world).Dataset.Status = null },
        { "the store is no longer configured", world => Of(world).Options.ArtifactRepository = null },
        { "another image is installed", world => Of(world).Options.TrainerImage = "trainer:2" },
        { "its pod settings change", world => Of(world).Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" }) },
        { "time passes", world => Of(world).Now += TimeSpan.FromDays(400) },
    };

    [Theory]
    [MemberData(nameof(Upheavals))]
    public void A_finished_run_stays_finished_when(string what, Action<object> upheaval)
    {
        _world.Completed();
        upheaval(_world);

        Assert.Empty(_world.Reconcile().Actions);
        Assert.Equal("True/Completed", State("Succeeded"));
        Assert.True(_world.Run.Status!.Artifact is { Version: "v1" }, what);
    }

    [Fact]
    public void A_finished_run_runs_again_when_rerun_gets_a_new_value()
    {
        _world.Completed();
        var old = _world.Job;
        _world.Edit(spec => spec.Rerun = "2");

        var decision = _world.Reconcile();

        Assert.Equal(old.Metadata.Name, Assert.Single(decision.Actions.OfType<DeleteJob>()).Job.Metadata.Name);
        Assert.NotEqual(old.Metadata.Name, _world.Job.Metadata.Name);
        AssertState("Unknown/Pending", accepted: "True/Valid", reconciling: "True", stalled: "False");
        var status = _world.Run.Status!;
        Assert.Null(status.CompletionTime);
        Assert.Null(status.Artifact);
        Assert.Null(status.Progress);
        Assert.Equal("2", status.Rerun);
    }

    [Fact]
    public void A_running_job_of_another_plan_is_replaced()
    {
        _world.Running();
        var old = _world.Job.Metadata.Name;
        _world.Edit(spec => spec.Method = new MethodSpec { Lora = spec.Method!.Lora! with { Rank = 8 } });

        _world.Settle();

        Assert.NotEqual(old, Assert.Single(_world.Jobs).Metadata.Name);
    }

    [Fact]
    public void A_running_job_is_left_alone_while_the_spec_is_unusable()
    {
        _world.Running();
        _world.Edit(spec => spec.Training = new TrainingSpec { BatchSize = 0 });
        Assert.Empty(_world.Reconcile().Actions);
        Assert.Equal("False/InvalidSpec", State("Accepted"));
        Assert.Equal("Unknown/Running", State("Succeeded"));

        _world.Edit(spec => spec.Training = null);
        Assert.Empty(_world.Reconcile().Actions);
        AssertState("Unknown/Running", accepted: "True/Valid", reconciling: "True", stalled: "False");
    }

    [Fact]
    public void A_finished_run_whose_spec_was_unusable_for_a_while_is_finished_again()
    {
        _world.Completed();
        _world.Edit(spec => spec.Training = new TrainingSpec { BatchSize = 0 });
        _world.Reconcile();
        AssertState("False/InvalidSpec", accepted: "False/InvalidSpec", reconciling: "False", stalled: "True");

        _world.Edit(spec => spec.Training = null);
        Assert.Empty(_world.Reconcile().Actions);
        AssertState("True/Completed", accepted: "True/Valid", reconciling: "False", stalled: "False");
    }

    [Fact]
    public void A_job_that_a_person_removed_while_it_ran_is_created_again_under_its_name()
    {
        _world.Running();
        var name = _world.Job.Metadata.Name;
        _world.Remove(_world.Job);

        var decision = _world.Reconcile();

        Assert.Equal(name, _world.Job.Metadata.Name);
        Assert.Contains(decision.Events, note => note is { Type: "Warning", Reason: RunEvents.JobRecreated });
    }

    [Fact]
    public void A_namesakes_job_is_not_adopted()
    {
        _world.Reconcile();
        _world.Job.Metadata.OwnerReferences[0].Uid = "another-run";

        var decision = _world.Decide();

        Assert.Single(decision.Actions.OfType<CreateChildren>());
    }

    [Fact]
    public void A_refused_job_stalls_the_run_with_the_servers_words()
    {
        var decision = _world.Decide(refusal: "exceeded quota: count/jobs.batch=2");
        _world.Write(decision.Status);

        Assert.Empty(decision.Actions);
        AssertState("Unknown/JobCreationFailed", accepted: "True/Valid", reconciling: "False", stalled: "True");
        Assert.Contains("exceeded quota", Message("Succeeded"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_counts_only_where_it_outlives_its_pod()
    {
        _world.Running();
        _world.Report("Training", checkpoint: 5);
        _world.Reconcile();
        Assert.Equal("False/NoCheckpointYet", State("Checkpointed"));

        var kept = new World();
        kept.Run.Spec.Checkpoint = new CheckpointSpec { ClaimName = "checkpoints" };
        kept.Running();
        kept.Report("Training", checkpoint: 5);
        kept.Reconcile();
        var condition = kept.Run.Status.Get(ConditionTypes.Checkpointed)!;
        Assert.Equal(("True", kept.Run.Status!.Progress!.ReportTime), (condition.Status, condition.LastTransitionTime));
        Assert.Contains("step 5", condition.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Quota_follows_the_queue()
    {
        _world.Run.Metadata.Labels = new Dictionary<string, string> { [GraftApi.KueueQueueLabel] = "team-a" };
        _world.Reconcile();
        Assert.Equal("team-a", _world.Job.Metadata.Labels[GraftApi.KueueQueueLabel]);
        Assert.False(_world.Job.Spec.Template.Metadata.Labels.ContainsKey(GraftApi.KueueQueueLabel));

        _world.Reconcile();
        Assert.Equal("Unknown/NoQueue", State("QuotaReserved"));
        Assert.Contains("no queue has admitted it", Message("QuotaReserved"), StringComparison.Ordinal);

        _world.Job.Spec.Suspend = true;
        _world.Reconcile();
        Assert.Equal("False/Queued", State("QuotaReserved"));

        _world.Job.Spec.Suspend = false;
        _world.Reconcile();
        Assert.Equal("True/Admitted", State("QuotaReserved"));
    }

    private static World Of(object world)
    {
        return (World)world;
    }

    private void AssertState(string succeeded, string accepted, string reconciling, string stalled)
    {
        Assert.Equal(
            (succeeded, accepted, reconciling, stalled),
            (State("Succeeded"), State("Accepted"), State("Reconciling").Split('/')[0], State("Stalled").Split('/')[0]));
    }

    private string State(string type)
    {
        var condition = _world.Run.Status.Get(type)!;
        return $"{condition.Status}/{condition.Reason}";
    }

    private string Message(string type)
    {
        return _world.Run.Status.Get(type)!.Message;
    }
}
