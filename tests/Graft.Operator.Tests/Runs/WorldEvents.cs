using Graft.Api.Reporting;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runs;
using k8s.Models;

namespace Graft.Operator.Tests.Runs;

/// <summary>What happens to a run's Job and pods without the operator's doing.</summary>
internal static class WorldEvents
{
    /// <summary>A pod is made and runs.</summary>
    public static void Start(this World world)
    {
        world.AddPod();
        world.StartPod();
    }

    /// <summary>The pod is evicted, as by a drained node.</summary>
    public static void Evict(this World world)
    {
        world.EndPod(143);
        world.Pod.Status.Conditions = [new V1PodCondition { Type = "DisruptionTarget", Status = "True", Reason = "EvictionByEvictionAPI" }];
    }

    /// <summary>A queue holds the Job.</summary>
    public static void Hold(this World world)
    {
        (world.Job.Metadata.Labels ??= new Dictionary<string, string>())[GraftApi.KueueQueueLabel] = "team-a";
        world.Job.Spec.Suspend = true;
    }

    /// <summary>No node has room for the pod.</summary>
    public static void Unschedulable(this World world)
    {
        world.AddPod().Status.Conditions =
        [
            new V1PodCondition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable",
                Message = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu." },
        ];
    }

    /// <summary>The pod's image cannot be pulled.</summary>
    public static void Pulling(this World world)
    {
        world.AddPod().Status.ContainerStatuses =
        [
            new V1ContainerStatus
            {
                Name = TrainerPod.Container,
                State = new V1ContainerState
                {
                    Waiting = new V1ContainerStateWaiting { Reason = "ImagePullBackOff", Message = "not found" },
                },
            },
        ];
    }

    /// <summary>The trainer reports progress.</summary>
    public static void Report(this World world, string activity, long? checkpoint = null)
    {
        world.Run.Status!.Progress = ProgressStatus.Of(
            new ProgressEvent { Activity = activity, Step = 7, TotalSteps = 10, Loss = 2.5, EtaSeconds = 90, CheckpointStep = checkpoint },
            world.Now);
    }
}
