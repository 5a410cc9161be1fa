using Graft.Api.V1Alpha1;
using Graft.Operator.Status;
using k8s;

namespace Graft.Operator.Inputs;

/// <summary>Reads what the status remembers of the last inspection.</summary>
public static class InspectionMemory
{
    /// <summary>An ended Job that is gone this long before its time was deleted by somebody.</summary>
    private static readonly TimeSpan KeptAtLeast = TimeSpan.FromSeconds(InspectionChildren.KeptSeconds) - TimeSpan.FromMinutes(5);

    /// <summary>What is remembered; of a status that an earlier release wrote, what it means.</summary>
    public static InspectionStatus? Of(InspectionRequest request)
    {
        if (request.Status?.Inspection is { } memory)
        {
            return memory;
        }

        return request.Status is { Digest: not null } status
            && status.ObservedGeneration == request.Resource.Metadata.Generation
            && status.Get(ConditionTypes.Ready)?.Status == ConditionSet.True
            ? new InspectionStatus { Number = 0, State = InspectionDecider.Succeeded, ExpectedDigest = request.ExpectedDigest }
            : null;
    }

    /// <summary>Whether a failed inspection's Job is gone before its time: that is how somebody asks for another one.</summary>
    public static bool IsDeletedByHand(InspectionStatus memory, InspectionObservation observed)
    {
        return memory is { EndTime: { } end, JobName: { } name }
            && observed.Now < Time(end, observed.Now) + KeptAtLeast
            && observed.Jobs.All(job => job.Metadata.Name != name || job.Metadata.DeletionTimestamp is not null);
    }

    /// <summary>A time of the status, never in the future's distance: clocks may have been set back.</summary>
    public static DateTimeOffset Time(DateTime? time, DateTimeOffset now)
    {
        var known = time is { } stated ? new DateTimeOffset(DateTime.SpecifyKind(stated, DateTimeKind.Utc)) : now;
        return known < now + InspectionFailure.LongestPause ? known : now + InspectionFailure.LongestPause;
    }

    /// <summary>A copy, to be changed.</summary>
    public static InspectionStatus Copy(InspectionStatus memory)
    {
        return KubernetesJson.Deserialize<InspectionStatus>(KubernetesJson.Serialize(memory));
    }
}
