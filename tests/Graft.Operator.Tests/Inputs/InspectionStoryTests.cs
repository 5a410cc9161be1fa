using CsCheck;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Inputs;
using Graft.Operator.Status;
using k8s;
using Xunit;

namespace Graft.Operator.Tests.Inputs;

/// <summary>Whatever happens in whatever order: what always holds.</summary>
public sealed class InspectionStoryTests
{
    private static readonly string OtherDigest = "sha256:" + new string('e', 64);

    private static readonly (string Name, Action<InspectionWorld> Do)[] Happenings =
    [
        ("it ends well", world => End(world, 0, new InspectionReport { Digest = InspectionWorld.Digest })),
        ("it finds other files", world => End(world, 0, new InspectionReport { Digest = OtherDigest })),
        ("the registry is away", world => End(world, 1, new InspectionReport { Reason = Reasons.SourceUnavailable, Error = "away" })),
        ("the data is bad", world => End(world, 3, new InspectionReport { Reason = Reasons.BadData, Error = "bad" })),
        ("it crashes", world => End(world, 139, null)),
        ("no container starts", world => End(world, null, null)),
        ("its Job is deleted", world => world.Jobs.Clear()),
        ("the operator ends before it writes", world => world.Do(world.Decide())),
        ("a queue holds it", world => world.Jobs.ForEach(job => job.Spec.Suspend = true)),
        ("a queue admits it", world => world.Jobs.ForEach(job => job.Spec.Suspend = false)),
        ("the server refuses", world => world.Write(world.Decide(new InspectionTrouble(Reasons.JobCreationFailed, "no")))),
        ("somebody asks", world => world.Edit(spec => spec.Rerun = $"{world.Dataset.Metadata.Generation}")),
        ("another file", world => world.Edit(spec => spec.TrainFile = spec.TrainFile is null ? "other.jsonl" : null)),
        ("an invalid file", world => world.Edit(spec => spec.EvaluationFile = spec.EvaluationFile is null ? "../x" : null)),
        ("the digest", world => world.Edit(spec => spec.Digest = InspectionWorld.Digest)),
        ("the other digest", world => world.Edit(spec => spec.Digest = OtherDigest)),
        ("no digest", world => world.Edit(spec => spec.Digest = null)),
        ("the license", world => world.Edit(spec => spec.License = new LicenseNotice { Spdx = $"{world.Dataset.Metadata.Generation}" })),
        ("the pod", world => world.Edit(
            spec => spec.Pod = new InspectionPodSettings { Memory = $"{world.Dataset.Metadata.Generation}Gi" })),
        ("a minute passes", world => world.Now += TimeSpan.FromMinutes(1)),
        ("a day passes and Jobs with it", world => Pass(world)),
    ];

    [Fact]
    public void A_story_always_has_one_job_at_most_and_settles_and_is_ready_only_with_the_right_files()
    {
        Gen.Int[0, Happenings.Length - 1].Array[1, 30].Sample(story =>
        {
            var world = new InspectionWorld();
            world.Reconcile();
            var number = world.Memory.Number;
            foreach (var happening in story)
            {
                Happenings[happening].Do(world);
                world.Reconcile();
                var known = KubernetesJson.Serialize(world.Dataset.Status);
                var again = world.Reconcile();
                var what = string.Join(", ", story.Select(index => Happenings[index].Name)) + $" at \"{Happenings[happening].Name}\"";

                Assert.True(again is { Create: null, Delete: [], Events: [] }, what);
                Assert.True(known == KubernetesJson.Serialize(world.Dataset.Status), what);
                Assert.True(world.Jobs.Count <= 1, what);
                Assert.Equal(world.Created.Count, world.Created.Distinct().Count());
                Assert.Equal(world.Dataset.Metadata.Generation, world.Dataset.Status!.ObservedGeneration);
                Assert.True(world.Memory.Number >= number, what);
                number = world.Memory.Number;
                if (world.Ready.Status == ConditionSet.True)
                {
                    Assert.True((world.Dataset.Spec.Digest ?? world.Dataset.Status.Digest) == world.Dataset.Status.Digest, what);
                    Assert.NotNull(world.Dataset.Status.Digest);
                }
            }
        }, iter: 600);
    }

    [Fact]
    public void A_story_that_nobody_disturbs_any_more_comes_to_an_end_or_waits_for_somebody()
    {
        Gen.Int[0, Happenings.Length - 1].Array[1, 30].Sample(story =>
        {
            var world = new InspectionWorld();
            world.Reconcile();
            foreach (var happening in story)
            {
                Happenings[happening].Do(world);
                world.Reconcile();
            }

            // From now on the files are there, and no queue holds anything.
            world.Edit(spec => (spec.EvaluationFile, spec.Digest) = (null, null));
            for (var round = 0; round < 20; round++)
            {
                world.Jobs.ForEach(job => job.Spec.Suspend = false);
                End(world, 0, new InspectionReport { Digest = InspectionWorld.Digest });
                world.Now += world.Reconcile().RequeueAfter ?? TimeSpan.FromSeconds(1);
            }

            Assert.True(world.State is "True/Available" or "False/InspectionFailed",
                $"{world.State}: {string.Join(", ", story.Select(index => Happenings[index].Name))}");
            if (world.State == "False/InspectionFailed")
            {
                world.Edit(spec => spec.Rerun = "please");
                world.Reconcile();
                End(world, 0, new InspectionReport { Digest = InspectionWorld.Digest });
                world.Reconcile();
                Assert.Equal("True/Available", world.State);
            }
        }, iter: 200);
    }

    private static void End(InspectionWorld world, int? exitCode, InspectionReport? report)
    {
        if (world.Jobs.Count > 0 && world.Job.Status.Conditions is null && world.Job.Spec.Suspend != true)
        {
            world.End(exitCode, report);
        }
    }

    private static void Pass(InspectionWorld world)
    {
        world.Now += TimeSpan.FromSeconds(InspectionChildren.KeptSeconds);
        foreach (var ended in world.Jobs.Where(job => job.Status.Conditions is not null).ToList())
        {
            world.Remove(ended);
        }
    }
}
