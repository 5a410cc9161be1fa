using Graft.Api.V1Alpha1;
using Graft.Operator.Runs;
using Graft.Operator.Status;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Runs;

/// <summary>The end of a run is remembered without its Job, and nothing ends twice.</summary>
public sealed class RunEndTests
{
    private readonly World _world = new();

    [Fact]
    public void A_job_gets_its_time_to_live_when_its_end_has_been_recorded_and_not_before()
    {
        _world.Run.Spec.Pod = new PodSettings { TtlSecondsAfterFinished = 0 };
        _world.Running();
        Assert.Null(_world.Job.Spec.TtlSecondsAfterFinished);
        _world.EndPod(0, World.Result());
        _world.EndJob("Complete");

        Assert.DoesNotContain(_world.Reconcile().Actions, action => action is SetTimeToLive);
        var ttl = Assert.IsType<SetTimeToLive>(Assert.Single(_world.Reconcile().Actions));

        Assert.Equal(0, ttl.Seconds);
        Assert.Empty(_world.Decide().Actions);
    }

    [Fact]
    public void A_job_that_is_being_removed_at_its_end_is_recorded_all_the_same()
    {
        _world.Running();
        _world.EndPod(0, World.Result());
        _world.EndJob("Complete");
        _world.Job.Metadata.DeletionTimestamp = _world.Now.UtcDateTime;

        _world.Settle();

        Assert.Equal(Reasons.Completed, _world.Run.Status.Get(ConditionTypes.Succeeded)!.Reason);
    }

    [Fact]
    public void A_job_that_was_created_for_a_run_that_has_ended_is_removed()
    {
        _world.Completed();
        var ended = _world.Job;
        _world.Remove(ended);
        ended.Status = new V1JobStatus();
        ended.Metadata.Uid = "late";
        _world.Jobs.Add(ended);
        _world.AddPod();
        _world.StartPod();

        Assert.IsType<DeleteJob>(Assert.Single(_world.Reconcile().Actions));
        Assert.Equal(Reasons.Completed, _world.Run.Status.Get(ConditionTypes.Succeeded)!.Reason);
    }

    [Fact]
    public void A_suspended_run_has_no_job_and_resumes_when_it_may()
    {
        _world.Running();
        _world.Edit(spec => spec.Suspend = true);

        Assert.IsType<DeleteJob>(Assert.Single(_world.Reconcile().Actions));
        _world.Settle();
        Assert.Empty(_world.Jobs);
        AssertStates("Unknown/Suspended", reconciling: "False", stalled: "False");

        _world.Edit(spec => spec.Suspend = false);
        _world.Settle();
        Assert.Single(_world.Jobs);
        AssertStates("Unknown/Pending", reconciling: "True", stalled: "False");
    }

    [Fact]
    public void A_run_that_is_applied_suspended_creates_nothing()
    {
        _world.Run.Spec.Suspend = true;

        Assert.Empty(_world.Reconcile().Actions);
        AssertStates("Unknown/Suspended", reconciling: "False", stalled: "False");
    }

    [Fact]
    public void A_run_that_has_ended_is_not_touched_by_suspend()
    {
        _world.Completed();
        _world.Edit(spec => spec.Suspend = true);

        Assert.Empty(_world.Reconcile().Actions);
        AssertStates("True/Completed", reconciling: "False", stalled: "False");
    }

    [Fact]
    public void A_plan_s_name_has_its_content_in_it_and_earlier_plans_are_removed()
    {
        var first = Assert.IsType<CreateChildren>(Assert.Single(_world.Reconcile().Actions)).Children;
        _world.Edit(spec => spec.Publish = new PublishSpec { Repository = "other.example/x" });
        Assert.IsType<DeleteJob>(Assert.Single(_world.Reconcile().Actions));

        var actions = _world.Reconcile().Actions;

        var second = Assert.Single(actions.OfType<CreateChildren>()).Children;
        Assert.Equal(first.Job.Metadata.Name, second.Job.Metadata.Name);
        Assert.NotEqual(first.Plan.Metadata.Name, second.Plan.Metadata.Name);
        Assert.Equal(
            second.Plan.Metadata.Name, second.Job.Spec.Template.Spec.Volumes.Single(volume => volume.Name == "plan").ConfigMap.Name);
        Assert.Same(second.Plan, Assert.Single(actions.OfType<DeleteOtherPlans>()).Plan);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("http://mlflow.tracking:5000", true)]
    [InlineData("http://mlflow.tracking:5000/", true)]
    [InlineData("http://MLFLOW.tracking:5000", true)]
    [InlineData("https://mlflow.tracking:5000", false)]
    [InlineData("http://mlflow.tracking:5001", false)]
    [InlineData("http://mlflow.tracking", false)]
    [InlineData("http://mlflow.tracking:5000/other", false)]
    [InlineData("http://mlflow.tracking:5000@evil.example", false)]
    [InlineData("http://somebody@mlflow.tracking:5000", false)]
    [InlineData("http://mlflow.tracking.evil.example:5000", false)]
    [InlineData("http://evil.example", false)]
    public void The_installation_s_credentials_go_to_the_installation_s_server_only(string? uri, bool given)
    {
        (_world.Options.TrackingUri, _world.Options.TrackingSecret) = ("http://mlflow.tracking:5000", "mlflow");
        _world.Run.Spec.Tracking = new TrackingSpec { Uri = uri };

        var container = Assert.Single(_world.Reconcile().Actions.OfType<CreateChildren>()).Children.Job.Spec.Template.Spec.Containers[0];

        Assert.Equal(given ? "mlflow" : null, container.EnvFrom?.Single().SecretRef.Name);
    }

    private void AssertStates(string succeeded, string reconciling, string stalled)
    {
        var status = _world.Run.Status;
        var summary = status.Get(ConditionTypes.Succeeded)!;
        Assert.Equal(
            (succeeded, reconciling, stalled),
            ($"{summary.Status}/{summary.Reason}", status.Get(ConditionTypes.Reconciling)!.Status, status.Get(
                ConditionTypes.Stalled)!.Status));
    }
}
