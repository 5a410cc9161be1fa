using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runs;
using Graft.Operator.Status;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Runs;

/// <summary>An adapter that is to be found in another place is copied there, and nothing is trained.</summary>
public sealed class RepublicationTests
{
    private static readonly PublishSpec Elsewhere =
        new() { Repository = "other.example/x", PushSecretRef = new LocalReference { Name = "mine" } };
    private readonly World _world = new();

    [Fact]
    public void A_job_of_its_own_copies_it_and_the_status_names_the_old_place_until_it_is_done()
    {
        _world.Completed();
        var (trained, before) = (_world.Job, _world.Run.Status!);
        _world.Edit(spec => spec.Publish = Elsewhere);

        var created = Assert.Single(_world.Reconcile().Actions.OfType<CreateChildren>()).Children;

        Assert.NotEqual(trained.Metadata.Name, created.Job.Metadata.Name);
        var execution = PlanJson.Read(created.Plan.Data["plan.json"]).Execution;
        Assert.Equal($"registry.example/adapters/quick@{World.Digest('c')}", execution.Published!.Reference);
        Assert.Equal(("other.example/x", "quick"), (execution.Publish.Repository, execution.Publish.Name));
        Assert.Equal("False/Publishing", State(ConditionTypes.ArtifactPublished));
        Assert.Equal("True/Publishing", State(ConditionTypes.Reconciling));
        Assert.Equal("True/Completed", State(ConditionTypes.Succeeded));
        Assert.Equal(before.Artifact, _world.Run.Status!.Artifact);
        Assert.Equal(_world.Run.Metadata.Generation, _world.Run.Status.ObservedGeneration);
        _world.AddPod();
        _world.StartPod();
        Assert.Empty(_world.Reconcile().Actions);

        _world.EndPod(0, Copied("other.example/x/quick:v4"));
        _world.EndJob("Complete");
        var events = _world.Reconcile().Events;

        var after = _world.Run.Status;
        Assert.Equal(("v4", "other.example/x/quick:v4"), (after.Artifact!.Version, after.Artifact.Reference));
        Assert.Equal("True/Published", State(ConditionTypes.ArtifactPublished));
        Assert.Equal("False/Completed", State(ConditionTypes.Reconciling));
        Assert.Contains("v4", Message(ConditionTypes.Succeeded), StringComparison.Ordinal);
        Assert.Equal((before.PlanHash, before.JobName, before.StartTime, before.CompletionTime), (
            after.PlanHash, after.JobName, after.StartTime, after.CompletionTime));
        Assert.Equal(before.Figures, after.Figures);
        Assert.Contains(events, note => note.Reason == RunEvents.ArtifactPublished);

        _world.Settle();
        Assert.All(_world.Jobs, job => Assert.NotNull(job.Spec.TtlSecondsAfterFinished));
        _world.Jobs.Clear();
        _world.Pods.Clear();
        Assert.Empty(_world.Decide().Actions);
    }

    [Fact]
    public void Its_pod_asks_for_little_and_mounts_no_input_and_no_checkpoint()
    {
        _world.Edit(spec => (spec.Pod, spec.Checkpoint) = (
            new PodSettings { Gpu = new GpuSpec(), Memory = "400Gi", Cpu = "64", Image = "mine:1" },
            new CheckpointSpec { ClaimName = "claim" }));
        _world.Completed();
        _world.Edit(spec => spec.Publish = Elsewhere);

        var job = Assert.Single(_world.Reconcile().Actions.OfType<CreateChildren>()).Children.Job;

        var pod = job.Spec.Template.Spec;
        Assert.Equal(["cpu", "memory"], pod.Containers[0].Resources.Requests.Keys.Order());
        Assert.Equal("1Gi", pod.Containers[0].Resources.Limits["memory"].ToString());
        Assert.Equal("mine:1", pod.Containers[0].Image);
        Assert.DoesNotContain(pod.Volumes, volume => volume.PersistentVolumeClaim is not null);
        Assert.Equal(
            ["mine"], pod.Volumes.Where(volume => volume.Secret is not null).Select(volume => volume.Secret.SecretName).Distinct());
        Assert.Equal(
            pod.Volumes.Select(volume => volume.Name).Order(),
            pod.Containers[0].VolumeMounts.Select(mount => mount.Name).Order());
        Assert.Equal(ChildLabels.Publish, job.Spec.Template.Metadata.Labels[GraftApi.RoleLabel]);
    }

    [Theory]
    [InlineData("registry.example/adapters", "shared")]
    [InlineData("elsewhere.example/adapters", "mine")]
    public void The_installations_credentials_read_only_what_is_in_the_installations_repository(string installation, string secret)
    {
        (_world.Options.ArtifactRepository, _world.Options.ArtifactSecret) = ("registry.example/adapters", "shared");
        _world.Completed();
        _world.Run.Status!.Artifact!.Reference = "registry.example/adapters/team/quick:v1";
        _world.Options.ArtifactRepository = installation;
        _world.Edit(spec => spec.Publish = Elsewhere);

        var children = Assert.Single(_world.Reconcile().Actions.OfType<CreateChildren>()).Children;

        var file = PlanJson.Read(children.Plan.Data["plan.json"]).Execution.Published!.CredentialsFile!;
        var pod = children.Job.Spec.Template.Spec;
        var mount = Assert.Single(
            pod.Containers[0].VolumeMounts, mount => file.StartsWith(mount.MountPath + "/", StringComparison.Ordinal));
        Assert.Equal(secret, Assert.Single(pod.Volumes, volume => volume.Name == mount.Name).Secret.SecretName);
    }

    [Fact]
    public void A_failure_leaves_the_run_succeeded_and_its_job_until_somebody_deletes_it()
    {
        _world.Completed();
        _world.Edit(spec => spec.Publish = Elsewhere);
        Fail();

        Assert.Equal("False/PublishFailed", State(ConditionTypes.ArtifactPublished));
        Assert.Equal("True/PublishFailed", State(ConditionTypes.Stalled));
        Assert.Equal("True/Completed", State(ConditionTypes.Succeeded));
        Assert.Contains("it is refused", Message(ConditionTypes.ArtifactPublished), StringComparison.Ordinal);
        var failed = _world.Job;
        Assert.Contains(
            $"kubectl delete job {failed.Metadata.Name} -n team", Message(ConditionTypes.ArtifactPublished), StringComparison.Ordinal);
        Assert.Null(failed.Spec.TtlSecondsAfterFinished);
        Assert.Empty(_world.Decide().Actions);

        // The advice works when it is followed.
        _world.Remove(failed);
        Assert.Single(_world.Reconcile().Actions.OfType<CreateChildren>());
        Assert.Equal("False/Publishing", State(ConditionTypes.ArtifactPublished));
    }

    [Fact]
    public void An_edit_that_is_taken_back_ends_it()
    {
        _world.Completed();
        _world.Edit(spec => spec.Publish = Elsewhere);
        _world.Reconcile();
        var copying = _world.Job;
        _world.Edit(spec => spec.Publish = null);

        Assert.Same(copying, Assert.Single(_world.Reconcile().Actions.OfType<DeleteJob>()).Job);
        Assert.Equal("True/Published", State(ConditionTypes.ArtifactPublished));
        Assert.Equal("False/Completed", State(ConditionTypes.Stalled));
    }

    [Fact]
    public void A_third_place_takes_the_place_of_the_second()
    {
        _world.Completed();
        _world.Edit(spec => spec.Publish = Elsewhere);
        _world.Reconcile();
        var second = _world.Job;
        _world.Edit(spec => spec.Publish = new PublishSpec { Name = "third" });

        _world.Settle();

        Assert.DoesNotContain(second, _world.Jobs);
        Assert.Equal(ChildLabels.Publish, _world.Job.Metadata.Labels[GraftApi.RoleLabel]);
        Assert.Contains("/third", Message(ConditionTypes.ArtifactPublished), StringComparison.Ordinal);
    }

    [Fact]
    public void A_suspended_run_waits_with_it()
    {
        _world.Completed();
        _world.Edit(spec => (spec.Publish, spec.Suspend) = (Elsewhere, true));
        Assert.Empty(_world.Reconcile().Actions.OfType<CreateChildren>());
        Assert.Equal("True/EditNotApplied", State(ConditionTypes.Accepted));

        _world.Edit(spec => spec.Suspend = null);
        Assert.Single(_world.Reconcile().Actions.OfType<CreateChildren>());
        Assert.Equal("True/Valid", State(ConditionTypes.Accepted));
    }

    [Fact]
    public void What_the_api_server_refuses_is_said()
    {
        _world.Completed();
        _world.Edit(spec => spec.Publish = Elsewhere);

        var status = _world.Decide(refusal: "exceeded quota").Status;

        Assert.Equal((ConditionSet.False, Reasons.JobCreationFailed), (
            status.Get(ConditionTypes.ArtifactPublished)!.Status, status.Get(ConditionTypes.ArtifactPublished)!.Reason));
        Assert.Contains("exceeded quota", status.Get(ConditionTypes.Stalled)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_trained_and_not_published_is_published_from_its_volume_when_its_failed_job_is_deleted()
    {
        _world.Edit(spec => spec.Checkpoint = new CheckpointSpec { ClaimName = "claim" });
        _world.Failed(TrainerExitCodes.TrainedNotPublished, Reasons.PublishFailed, "PodFailurePolicy");
        var failed = _world.Job;
        Assert.Equal("False/PublishFailed", State(ConditionTypes.Succeeded));
        // By itself it must not go: that it is gone asks for another one.
        Assert.Null(failed.Spec.TtlSecondsAfterFinished);
        Assert.Empty(_world.Decide().Actions);

        _world.Remove(failed);
        _world.Settle();

        Assert.Equal(failed.Metadata.Name, _world.Job.Metadata.Name);
        Assert.Equal("Unknown/Pending", State(ConditionTypes.Succeeded));
    }

    [Fact]
    public void Without_a_volume_it_is_not_trained_again_by_itself()
    {
        _world.Failed(TrainerExitCodes.TrainedNotPublished, Reasons.PublishFailed, "PodFailurePolicy");
        Assert.NotNull(_world.Job.Spec.TtlSecondsAfterFinished);

        _world.Remove(_world.Job);
        _world.Settle();

        Assert.Empty(_world.Jobs);
        Assert.Equal("False/PublishFailed", State(ConditionTypes.Succeeded));
    }

    private void Fail()
    {
        _world.Reconcile();
        _world.AddPod();
        _world.StartPod();
        _world.Reconcile();
        _world.EndPod(TrainerExitCodes.TrainedNotPublished, World.Result("Failed", Reasons.PublishFailed, "it is refused"));
        _world.EndJob("Failed", "PodFailurePolicy");
        _world.Settle();
    }

    private static string Copied(string reference)
    {
        var result = System.Text.Json.JsonSerializer.Deserialize<RunResult>(World.Result(), PlanJson.WireOptions)!;
        result = result with { Figures = null, Artifact = result.Artifact! with { Version = "v4", Reference = reference } };
        return System.Text.Json.JsonSerializer.Serialize(result, PlanJson.WireOptions);
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
