using CsCheck;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runs;
using Graft.Operator.Status;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Runs;

/// <summary>Another release of the operator creates nothing and deletes nothing for runs that have ended or run.</summary>
public sealed class RunUpgradeTests
{
    /// <summary>What the release that wrote the statuses differs in.</summary>
    private static readonly IReadOnlyList<Action<World>> Releases =
    [
        world => world.OfTheReleaseBefore(),
        // A later one, after which somebody went back to this one.
        world => (world.Run.Status!.Resolved!.Form, world.Run.Status.PlanHash) = (Recipe.CurrentForm + 1, World.Digest('e')),
        // One that makes another fingerprint of the same settings, or more of them.
        world =>
        {
            world.Run.Status!.Resolved!.Settings = new Dictionary<string, string> { [RunSettings.Pod] = "0", ["other"] = "1" };
            world.Job.Metadata.Annotations[RunSettings.Annotation] = $"{RunSettings.Pod}=0,other=1";
        },
        // One whose status was written for settings that its Job does not have.
        world => world.Run.Status!.Resolved!.Settings = new Dictionary<string, string> { [RunSettings.Pod] = "0" },
    ];

    private static readonly IReadOnlyList<Func<World>> Stages =
    [
        () => new World().Running(),
        () => new World().Completed(),
        () => new World().Failed(3),
        () => new World().Failed(137, podReason: "OOMKilled"),
        () => new World().Failed(5),
    ];

    /// <summary>What comes with an upgrade, in any order and number.</summary>
    private static readonly IReadOnlyList<Action<World>> Circumstances =
    [
        world => world.Options.TrainerImage = "trainer:2",
        world => world.Options.TrainerImagePullPolicy = "Always",
        world => world.Options.ReportUrl = "https://elsewhere:8443",
        world => world.Options.TrackingUri = "http://mlflow.example",
        world => world.Now += TimeSpan.FromDays(2),
        world => world.Model.Status!.Conditions![0].Status = "False",
        world => world.HasDataset = false,
        world => world.Reconcile(),
        world => world.Reconcile(),
    ];

    [Fact]
    public void Nothing_is_created_or_deleted_for_runs_that_have_ended_or_run()
    {
        Gen.Select(Gen.Int[0, Releases.Count - 1], Gen.Int[0, Stages.Count - 1], Gen.Int[0, Circumstances.Count - 1].List[0, 8]).Sample(
            (release, stage, events) =>
            {
                var world = Stages[stage]();
                Releases[release](world);
                var (jobs, state) = (world.Jobs.ToList(), world.Run.Status.Get(ConditionTypes.Succeeded)!.Reason);
                foreach (var number in events)
                {
                    Circumstances[number](world);
                }

                Assert.DoesNotContain(world.Decide().Actions, action => action is CreateChildren or DeleteJob or DeleteOtherPlans);
                world.Reconcile();
                Assert.Equal(jobs, world.Jobs);
                Assert.Equal(state, world.Run.Status.Get(ConditionTypes.Succeeded)!.Reason);
            },
            iter: 500);
    }

    [Fact]
    public void A_run_of_the_release_before_keeps_its_plan_when_something_else_is_edited()
    {
        var world = new World().Running().OfTheReleaseBefore();
        var (job, hash) = (world.Job, world.Run.Status!.PlanHash);
        world.Edit(spec => spec.Pod = new PodSettings { Memory = "4Gi" });

        Assert.Empty(world.Reconcile().Actions);
        Assert.Equal((hash, 1), (world.Run.Status!.PlanHash, world.Run.Status.Resolved!.Form));

        // Its Job is made again under the same hash: the checkpoints are bound to it.
        world.Remove(job);
        world.Settle();
        Assert.Equal(job.Metadata.Name, world.Job.Metadata.Name);
        Assert.Equal(hash, world.Run.Status.PlanHash);
    }

    [Fact]
    public void A_run_of_the_release_before_runs_again_when_what_it_computes_is_edited()
    {
        var world = new World().Completed().OfTheReleaseBefore();
        var old = world.Job.Metadata.Name;
        world.Edit(spec => spec.Method = new MethodSpec { Lora = spec.Method!.Lora! with { Rank = 8 } });

        world.Settle();

        Assert.NotEqual(old, world.Job.Metadata.Name);
        Assert.Equal(Recipe.CurrentForm, world.Run.Status!.Resolved!.Form);
    }

    [Fact]
    public void The_files_of_an_input_that_have_changed_run_an_ended_run_again()
    {
        var world = new World().Completed();
        world.Dataset.Status!.Digest = World.Digest('f');

        world.Settle();

        Assert.Equal("Pending", world.Run.Status.Get(ConditionTypes.Succeeded)!.Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_later_release_has_planned_is_left_as_it_is_until_a_rerun_is_asked_for(bool ended)
    {
        var world = ended ? new World().Completed() : new World().Running();
        var summary = world.Run.Status.Get(ConditionTypes.Succeeded)!.Reason;
        world.Run.Status!.Resolved!.Form = Recipe.CurrentForm + 1;
        world.Run.Status.PlanHash = World.Digest('9');
        world.Job.Metadata.Name = world.Run.Status.JobName = "quick-99999999";
        world.Pod.Metadata.OwnerReferences[0].Name = world.Job.Metadata.Name;
        Assert.Empty(world.Decide().Actions);

        world.Edit(spec => spec.Method = new MethodSpec { Lora = new LoraSpec { Rank = 8 } });
        Assert.DoesNotContain(world.Reconcile().Actions, action => action is not SetTimeToLive);
        Assert.Equal((ConditionSet.False, Reasons.PlannedByLaterRelease), (Accepted().Status, Accepted().Reason));
        Assert.Equal(summary, world.Run.Status.Get(ConditionTypes.Succeeded)!.Reason);

        world.Edit(spec => spec.Rerun = "here");
        world.Settle();
        Assert.Equal((ConditionSet.True, Reasons.Valid), (Accepted().Status, Accepted().Reason));
        Assert.Equal(Recipe.CurrentForm, world.Run.Status.Resolved!.Form);
        Assert.NotEqual("quick-99999999", world.Job.Metadata.Name);

        V1Condition Accepted()
        {
            return world.Run.Status.Get(ConditionTypes.Accepted)!;
        }
    }

    [Fact]
    public void An_ended_run_is_not_resolved_again()
    {
        var world = new World().Completed();
        // Whatever a resolution would find now: it is not asked for.
        world.Run.Spec.Method = null;

        var decision = world.Decide();

        Assert.Empty(decision.Actions);
        Assert.Same(world.Run.Status, decision.Status);
    }
}
