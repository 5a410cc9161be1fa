using CsCheck;
using Graft.Api.Methods;
using Graft.Api.V1Alpha1;
using k8s;
using Xunit;

namespace Graft.Operator.Tests.Runs;

/// <summary>What holds of every decision about a run, whatever happened before.</summary>
public sealed class RunDeciderPropertyTests
{
    internal static readonly string[] AllConditions =
    [
        "Accepted", "ArtifactPublished", "Checkpointed", "QuotaReserved", "Reconciling", "Running", "Stalled", "Succeeded",
    ];

    /// <summary>
    /// Whatever happens in whatever order, once a decision is carried out the next one asks for nothing and says the same; every
    /// status has every condition; and no two Jobs ever train for the run, or publish for it.
    /// </summary>
    [Fact]
    public void A_decision_that_is_carried_out_leaves_nothing_to_do()
    {
        Gen.Int[0, 15].List[1, 30].Sample(steps =>
        {
            var world = new World();
            foreach (var step in steps)
            {
                Happen(world, step);
                world.Settle();
                var again = world.Decide();

                Assert.Empty(again.Actions);
                Assert.Empty(again.Events);
                var before = KubernetesJson.Serialize(world.Run.Status);
                world.Write(again.Status);
                Assert.Equal(before, KubernetesJson.Serialize(world.Run.Status));
                Assert.Equal(AllConditions, world.Run.Status!.Conditions!.Select(condition => condition.Type));
                var roles = world.Jobs.Select(job => job.Metadata.Labels[GraftApi.RoleLabel]).ToList();
                Assert.Equal(roles.Distinct(), roles);
            }
        });
    }

    private static void Happen(World world, int step)
    {
        switch (step)
        {
            case 0:
                var rank = 4 + (world.Run.Metadata.Generation % 3 is 0 ? 1 : 2);
                world.Edit(spec => spec.Method = new MethodSpec { Lora = new LoraSpec { Rank = rank } });
                break;
            case 1: world.Edit(spec => spec.Training = spec.Training is null ? new TrainingSpec { BatchSize = 0 } : null); break;
            case 2: world.HasModel = !world.HasModel; break;
            case 3: world.HasDataset = !world.HasDataset; break;
            case 4: world.Now += TimeSpan.FromMinutes(5); break;
            case 5: world.Model.Metadata.Generation++; break;
            case 6: world.Model.Status!.ObservedGeneration = world.Model.Metadata.Generation; break;
            case 7: world.Options.ArtifactRepository = world.Options.ArtifactRepository is null ? "registry.example/x" : null; break;
            case 8 when world.Jobs.Count > 0: world.Remove(world.Job); break;
            case 9 when world.Jobs.Count > 0: world.AddPod(); break;
            case 10 when world.Pods.Count > 0 && world.Pod.Status.Phase == "Pending": world.StartPod(); break;
            case 11 when world.Pods.Count > 0: world.EndPod(1); break;
            case 12 when world.Pods.Count > 0: world.EndPod(0, World.Result()); world.EndJob("Complete"); break;
            case 13 when world.Pods.Count > 0: world.EndPod(3); world.EndJob("Failed", "PodFailurePolicy"); break;
            case 14 when world.Jobs.Count > 0: world.Job.Spec.Suspend = world.Job.Spec.Suspend != true; break;
            case 15 when world.Run.Status is not null: world.Report("Training"); break;
        }
    }
}
