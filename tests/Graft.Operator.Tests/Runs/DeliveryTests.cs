using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runs;
using Graft.Operator.Status;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Runs;

/// <summary>What MLflow had not taken of a run's record when the run ended is delivered from the volume that has it.</summary>
public sealed class DeliveryTests
{
    private readonly World _world = new();

    public DeliveryTests()
    {
        (_world.Options.TrackingUri, _world.Options.TrackingSecret) = ("http://mlflow:5000", "mlflow-login");
        _world.Edit(spec => (spec.Checkpoint, spec.Pod) = (
            new CheckpointSpec { ClaimName = "claim" },
            new PodSettings { Gpu = new GpuSpec(), Memory = "400Gi", ActiveDeadlineSeconds = 600, Image = "mine:1" }));
    }

    private TrackedRunStatus? Tracking => _world.Run.Status!.Tracking;

    [Fact]
    public void A_job_of_its_own_delivers_and_the_run_has_ended_meanwhile()
    {
        _world.Running();
        var trained = _world.Job;

        End(0, "Complete", World.Result(undelivered: 34));

        Assert.Equal(("True", "False", "False"), (
            Status(ConditionTypes.Succeeded), Status(ConditionTypes.Reconciling), Status(ConditionTypes.Stalled)));
        Assert.False(Tracking!.Delivered);
        Assert.Equal("34 entries of the record wait for MLflow on the claim claim.", Tracking.Message);

        var created = Assert.Single(_world.Reconcile().Actions.OfType<CreateJob>()).Job;

        Assert.Equal("True", Status(ConditionTypes.Succeeded));
        Assert.Contains($"The Job {created.Metadata.Name} delivers it.", Tracking!.Message, StringComparison.Ordinal);
        var pod = created.Spec.Template.Spec;
        Assert.Equal(ChildLabels.Deliver, created.Spec.Template.Metadata.Labels[GraftApi.RoleLabel]);
        Assert.Equal("claim", Assert.Single(pod.Volumes, volume => volume.Name != "scratch").PersistentVolumeClaim.ClaimName);
        Assert.Equal(["cpu", "memory"], pod.Containers[0].Resources.Requests.Keys.Order());
        Assert.Equal(("mine:1", "mlflow-login"), (pod.Containers[0].Image, pod.Containers[0].EnvFrom[0].SecretRef.Name));
        Assert.Null(created.Spec.ActiveDeadlineSeconds);
        var hash = RecipeHash.Short(_world.Run.Status!.PlanHash!);
        Assert.Equal(
            $"deliver /checkpoints/run-uid/{hash}/spool --termination-message /dev/termination-log",
            string.Join(' ', pod.Containers[0].Args));
        _world.AddPod();
        _world.StartPod();
        Assert.DoesNotContain(_world.Reconcile().Actions, action => action is CreateJob or DeleteJob);

        _world.EndPod(0, Delivered());
        _world.EndJob("Complete");
        _world.Settle();

        Assert.Equal(("7", "abc", null, null), (Tracking!.ExperimentId, Tracking.RunId, Tracking.Delivered, Tracking.Message));
        Assert.Equal(trained.Metadata.Name, _world.Run.Status!.JobName);
        Assert.All(_world.Jobs, job => Assert.NotNull(job.Spec.TtlSecondsAfterFinished));
        _world.Jobs.Clear();
        _world.Pods.Clear();
        Assert.Empty(_world.Decide().Actions);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(137)]
    public void The_record_of_a_trainer_that_ended_without_a_word_is_delivered_too(int exitCode)
    {
        _world.Failed(exitCode);

        Assert.Equal("False", Status(ConditionTypes.Succeeded));
        Assert.Contains("ended without a word", FirstMessage(exitCode), StringComparison.Ordinal);
        Assert.Contains(_world.Jobs, job => job.Metadata.Labels[GraftApi.RoleLabel] == ChildLabels.Deliver);
        Assert.False(Tracking!.Delivered);
    }

    [Fact]
    public void Without_a_volume_the_status_says_that_it_is_lost()
    {
        _world.Edit(spec => spec.Checkpoint = null);
        _world.Running();

        End(0, "Complete", World.Result(undelivered: 1));
        _world.Settle();

        Assert.StartsWith("1 entry of the record did not reach MLflow", Tracking!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_world.Jobs, job => job.Metadata.Labels[GraftApi.RoleLabel] == ChildLabels.Deliver);
        Assert.False(_world.Decide().WasPlanned);
    }

    [Fact]
    public void Where_runs_are_recorded_on_no_server_nothing_is_delivered()
    {
        _world.Options.TrackingUri = null;

        _world.Failed(137);

        Assert.Null(Tracking);
        Assert.Single(_world.Jobs);
        Assert.False(_world.Decide().WasPlanned);
    }

    [Fact]
    public void A_delivery_that_failed_stays_until_somebody_deletes_it()
    {
        _world.Running();
        End(0, "Complete", World.Result(undelivered: 3));
        _world.Settle();
        _world.AddPod();
        End(1, "Failed", World.Result("Failed", "Failed", "the password is wrong."));
        _world.Settle();

        var failed = _world.Job;
        Assert.Contains("the password is wrong.", Tracking!.Message, StringComparison.Ordinal);
        Assert.Contains($"kubectl delete job {failed.Metadata.Name} -n team", Tracking.Message, StringComparison.Ordinal);
        Assert.Null(failed.Spec.TtlSecondsAfterFinished);
        Assert.Empty(_world.Decide().Actions);

        _world.Remove(failed);

        Assert.Equal(failed.Metadata.Name, Assert.Single(_world.Decide().Actions.OfType<CreateJob>()).Job.Metadata.Name);
    }

    [Fact]
    public void A_refused_job_is_told_and_costs_the_run_nothing()
    {
        _world.Running();
        End(0, "Complete", World.Result(undelivered: 3));

        var decision = _world.Decide(refusal: "quota exceeded");

        Assert.Empty(decision.Actions.OfType<CreateJob>());
        Assert.Contains("quota exceeded", decision.Status.Tracking!.Message, StringComparison.Ordinal);
        Assert.Equal("True", decision.Status.Get(ConditionTypes.Succeeded)!.Status);
    }

    [Fact]
    public void Another_plan_ends_it_and_a_suspended_run_does_not_begin_it()
    {
        _world.Running();
        End(0, "Complete", World.Result(undelivered: 3));
        _world.Edit(spec => spec.Suspend = true);
        Assert.Empty(_world.Decide().Actions.OfType<CreateJob>());
        _world.Edit(spec => spec.Suspend = null);
        _world.Settle();
        var delivery = _world.Job;

        _world.Edit(spec => spec.Training = new TrainingSpec { Seed = 99 });

        Assert.Contains(delivery, _world.Reconcile().Actions.OfType<DeleteJob>().Select(delete => delete.Job));
    }

    private static string Delivered() => System.Text.Json.JsonSerializer.Serialize(
        new RunResult
        {
            Outcome = "Succeeded",
            Message = "Delivered 34 entries to MLflow.",
            Tracking = new ResultTracking { ExperimentId = "7", RunId = "abc", Uri = "http://mlflow:5000" },
        },
        PlanJson.WireOptions);

    private void End(int exitCode, string job, string result)
    {
        _world.EndPod(exitCode, result);
        _world.EndJob(job);
        _world.Reconcile();
    }

    /// <summary>What was said when the run ended, before there was a Job.</summary>
    private static string FirstMessage(int exitCode)
    {
        var world = new World();
        world.Edit(spec => spec.Checkpoint = new CheckpointSpec { ClaimName = "claim" });
        world.Running();
        world.EndPod(exitCode);
        world.EndJob("Failed");
        return world.Reconcile().Status.Tracking!.Message!;
    }

    private string? Status(string type) => _world.Run.Status.Get(type)?.Status;
}
