using Graft.Api.V1Alpha1;
using Graft.Operator.Runs;
using Graft.Operator.Status;
using Xunit;

namespace Graft.Operator.Tests.Runs;

/// <summary>An edit is taken where it still can be, and refused in words where it cannot.</summary>
public sealed class RunEditTests
{
    private readonly World _world = new();

    /// <summary>Whatever is neither computed nor ended: each of these makes a Job anew that has not started.</summary>
    public static TheoryData<string, Action<object>> Settings => new()
    {
        { "memory", world => Of(world).Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" }) },
        { "a GPU", world => Of(world).Edit(spec => spec.Pod = new PodSettings { Gpu = new GpuSpec() }) },
        { "the image", world => Of(world).Edit(spec => spec.Pod = new PodSettings { Image = "other:1" }) },
        { "the node selector", world => Of(world).Edit(
            spec => spec.Pod = new PodSettings { NodeSelector = new Dictionary<string, string> { ["a"] = "b" } }) },
        { "the repository", world => Of(world).Edit(spec => spec.Publish = new PublishSpec { Repository = "other.example/x" }) },
        { "the artifact's name", world => Of(world).Edit(spec => spec.Publish = new PublishSpec { Name = "other" }) },
        { "the push Secret", world => Of(world).Edit(
            spec => spec.Publish = new PublishSpec { PushSecretRef = new LocalReference { Name = "mine" } }) },
        { "the tracking server", world => Of(world).Edit(spec => spec.Tracking = new TrackingSpec { Uri = "http://mlflow.example" }) },
        { "the experiment", world => Of(world).Edit(spec => spec.Tracking = new TrackingSpec { Experiment = "other" }) },
        { "the checkpoints' claim", world => Of(world).Edit(spec => spec.Checkpoint = new CheckpointSpec { ClaimName = "claim" }) },
        { "the queue", world => Of(world).Run.Metadata.Labels = new Dictionary<string, string> { [GraftApi.KueueQueueLabel] = "team-b" } },
        { "the priority in the queue", world => Of(world).Run.Metadata.Labels = new Dictionary<string,
            string> { [GraftApi.KueuePriorityLabel] = "high" } },
        { "the volume of the base model", world => Of(world).Model.Spec
            .Source = new FileSource { Pvc = new PvcSource { ClaimName = "models" } } },
        { "the installation's image", world => Of(world).Options.TrainerImage = "trainer:2" },
        { "the installation's registry", world => Of(world).Options.ArtifactRepository = "other.example/adapters" },
        { "the installation's tracking server", world => Of(world).Options.TrackingUri = "http://mlflow.example" },
        { "the installation's Secret for it", world => (Of(world).Options.TrackingUri, Of(world).Options.TrackingSecret) = (
            "http://mlflow.example", "mlflow") },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_job_that_has_not_started_is_made_anew_with_what_was_edited(string what, Action<object> edit)
    {
        _world.Reconcile();
        _world.AddPod();
        var (first, template) = (_world.Job, Template());
        edit(_world);

        var decision = _world.Reconcile();

        Assert.Same(first, Assert.Single(decision.Actions.OfType<DeleteJob>()).Job);
        Assert.Equal("Unknown/Pending", State(ConditionTypes.Succeeded));
        _world.Settle();
        Assert.NotSame(first, _world.Job);
        Assert.True(first.Metadata.Name == _world.Job.Metadata.Name, what);
        Assert.NotEqual(template, Template());
        Assert.Equal("True/Valid", State(ConditionTypes.Accepted));
    }

    [Fact]
    public void Its_successor_is_created_when_the_job_that_gives_way_is_gone()
    {
        _world.Reconcile();
        _world.Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" });
        var job = _world.Job;
        job.Metadata.DeletionTimestamp = _world.Now.UtcDateTime;

        Assert.Empty(_world.Reconcile().Actions);
        Assert.Contains("made anew", Message(ConditionTypes.Succeeded), StringComparison.Ordinal);

        // Also when the deletion has not been seen yet, it is asked for no more than again.
        job.Metadata.DeletionTimestamp = null;
        Assert.IsType<DeleteJob>(Assert.Single(_world.Decide().Actions));
        _world.Remove(job);
        Assert.Single(_world.Reconcile().Actions.OfType<CreateChildren>());
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_job_that_runs_is_left_alone_and_an_edit_of_the_spec_is_refused_in_words(string what, Action<object> edit)
    {
        _world.Running();
        edit(_world);

        Assert.Empty(_world.Reconcile().Actions);
        Assert.Equal("Unknown/Running", State(ConditionTypes.Succeeded));
        if (_world.Run.Metadata.Generation > 1)
        {
            Assert.Equal("True/EditNotApplied", State(ConditionTypes.Accepted));
            Assert.Contains(
                $"kubectl delete job {_world.Job.Metadata.Name} -n team", Message(ConditionTypes.Accepted), StringComparison.Ordinal);
            Assert.Equal(_world.Run.Metadata.Generation, _world.Run.Status!.ObservedGeneration);

            // The advice works when it is followed.
            _world.Remove(_world.Job);
            Assert.Single(_world.Reconcile().Actions.OfType<CreateChildren>());
            Assert.True(State(ConditionTypes.Accepted) == "True/Valid", what);
        }
    }

    [Fact]
    public void An_edit_that_is_taken_back_is_no_longer_spoken_of()
    {
        _world.Running();
        _world.Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" });
        _world.Reconcile();
        _world.Edit(spec => spec.Pod = null);
        _world.Reconcile();

        Assert.Equal("True/Valid", State(ConditionTypes.Accepted));
    }

    [Fact]
    public void An_edit_during_a_run_is_taken_between_two_of_its_pods()
    {
        _world.Running();
        _world.Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" });
        _world.Reconcile();
        _world.EndPod(137, reason: "OOMKilled");

        _world.Settle();

        Assert.Equal("4Gi", _world.Job.Spec.Template.Spec.Containers[0].Resources.Limits["memory"].ToString());
    }

    public static TheoryData<int, string?, string, Action<object>, bool> Failures => new()
    {
        { 137, "OOMKilled", Reasons.OutOfMemory, world => Of(world).Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" }), true },
        { 137, "OOMKilled", Reasons.OutOfMemory, world => Of(world).Edit(
            spec => spec.Publish = new PublishSpec { Name = "other" }), false },
        { 6, null, Reasons.PublishFailed, world => Of(world).Edit(
            spec => spec.Publish = new PublishSpec { Repository = "other.example/x" }), true },
        { 6, null, Reasons.PublishFailed, world => Of(world).Options.ArtifactRepository = "other.example/adapters", true },
        { 6, null, Reasons.PublishFailed, world => Of(world).Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" }), false },
        { 1, null, Reasons.TrainerCrashed, world => Of(world).Edit(spec => spec.Pod = new PodSettings { Image = "other:1" }), true },
        { 1, null, Reasons.TrainerCrashed, world => Of(world).Options.TrainerImage = "trainer:2", false },
        { 3, null, Reasons.BadData, world => Of(world).Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" }), false },
        { 5, null, Reasons.Diverged, world => Of(world).Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" }), false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failed_run_runs_again_when_what_made_it_fail_was_changed(
        int exitCode, string? podReason, string reason, Action<object> edit, bool again)
    {
        _world.Failed(exitCode, podReason: podReason);
        Assert.Equal($"False/{reason}", State(ConditionTypes.Succeeded));
        var job = _world.Job;
        edit(_world);

        _world.Settle();

        Assert.Equal(again, _world.Job != job);
        Assert.Equal(again ? "Unknown/Pending" : $"False/{reason}", State(ConditionTypes.Succeeded));
        Assert.Equal(again, _world.Run.Status!.CompletionTime is null);
        if (!again && _world.Run.Metadata.Generation > 1)
        {
            Assert.Equal("True/EditNotApplied", State(ConditionTypes.Accepted));
            Assert.Contains("spec.rerun", Message(ConditionTypes.Accepted), StringComparison.Ordinal);
        }

        if (again)
        {
            // And it can fail again without running for ever.
            _world.AddPod();
            _world.StartPod();
            _world.Reconcile();
            _world.EndPod(exitCode, null, podReason);
            _world.EndJob("Failed", "BackoffLimitExceeded");
            _world.Settle();
            Assert.Equal($"False/{reason}", State(ConditionTypes.Succeeded));
            Assert.Empty(_world.Decide().Actions);
        }
    }

    [Fact]
    public void A_failed_run_runs_again_although_its_job_is_gone()
    {
        _world.Failed(137, podReason: "OOMKilled");
        _world.Remove(_world.Job);
        _world.Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" });

        _world.Settle();

        Assert.Equal("Unknown/Pending", State(ConditionTypes.Succeeded));
        Assert.Null(_world.Run.Status!.StartTime);
    }

    [Fact]
    public void A_job_keeps_its_place_in_a_queue_when_another_image_is_installed()
    {
        _world.Run.Metadata.Labels = new Dictionary<string, string> { [GraftApi.KueueQueueLabel] = "team-a" };
        _world.Reconcile();
        _world.Job.Spec.Suspend = true;
        _world.Options.TrainerImage = "trainer:2";

        Assert.Empty(_world.Reconcile().Actions);
    }

    public static TheoryData<string, Action<object>> Texts => new()
    {
        { "the model's license", world => { Of(world).Model.Spec.License = new LicenseNotice { Spdx = "Apache-2.0" }; Of(world).Model
            .Metadata.Generation = 2; Of(world).Model.Status!.ObservedGeneration = 2; } },
        { "the data set's notice", world => { Of(world).Dataset.Spec.License = new LicenseNotice { Spdx = "x",
            Notice = "y" }; Of(world).Dataset.Metadata.Generation = 2; Of(world).Dataset.Status!.ObservedGeneration = 2; } },
        { "the model's name", world => { Of(world).Model.Metadata.Name = "small"; Of(world).Model.Metadata.Uid = "other"; Of(world).Edit(
            spec => spec.BaseModelRef!.Name = "small"); } },
        { "a default that is spelled out", world => Of(world).Edit(spec => spec.Training = new TrainingSpec { Seed = 42 }) },
        { "empty objects", world => Of(world).Edit(
            spec => (spec.Pod, spec.Publish, spec.Tracking, spec.Checkpoint, spec.Evaluation) = (new(), new(), new(), new(), new())) },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void What_changes_nothing_runs_nothing(string what, Action<object> change)
    {
        foreach (var world in new[] { new World().Completed(), new World().Running() })
        {
            var before = world.Run.Status.Get(ConditionTypes.Succeeded)!.Reason;
            change(world);

            Assert.Empty(world.Reconcile().Actions);
            Assert.Equal(before, world.Run.Status.Get(ConditionTypes.Succeeded)!.Reason);
            Assert.True(world.Run.Status.Get(ConditionTypes.Accepted) is { Reason: Reasons.Valid }, what);
        }
    }

    private static World Of(object world)
    {
        return (World)world;
    }

    private string Template()
    {
        return k8s.KubernetesJson.Serialize(_world.Job.Spec) + string.Join(',', _world.Job.Metadata.Labels);
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
