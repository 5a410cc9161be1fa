namespace Graft.Operator.Pods;

/// <summary>A warning that somebody else (scheduler, kubelet, Job controller) wrote about a Job or pod of ours.</summary>
/// <param name="Uid">The UID of the Job or pod.</param>
/// <param name="Reason">What happened, in one word of who wrote it.</param>
/// <param name="Message">The same as a sentence.</param>
/// <param name="First">When it was first said.</param>
/// <param name="Last">When it was last said.</param>
public sealed record ChildEvent(string Uid, string Reason, string Message, DateTimeOffset First, DateTimeOffset Last);
