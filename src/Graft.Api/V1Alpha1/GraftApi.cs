namespace Graft.Api.V1Alpha1;

/// <summary>Names that are part of the API: group, labels, annotations, finalizers.</summary>
public static class GraftApi
{
    public const string Group = "graft.dev";
    public const string Version = "v1alpha1";
    public const string GroupVersion = Group + "/" + Version;

    /// <summary>The category that <c>kubectl get graft</c> lists.</summary>
    public const string Category = "graft";

    /// <summary>On everything created for a run: the run's name, hashed where it is longer than a label may be.</summary>
    public const string RunNameLabel = Group + "/run-name";

    /// <summary>On everything created for a run: the first eight hex digits of the plan's hash.</summary>
    public const string PlanHashLabel = Group + "/plan-hash";

    /// <summary>What a pod does for Graft: <c>train</c> or <c>inspect</c>.</summary>
    public const string RoleLabel = Group + "/role";

    /// <summary>The audience of the token with which a trainer pod reports to the operator.</summary>
    public const string ReportAudience = "graft.dev/report";

    /// <summary>The label by which Kueue finds a job's queue; copied from a run to its Job.</summary>
    public const string KueueQueueLabel = "kueue.x-k8s.io/queue-name";

    /// <summary>The label by which Kueue finds a job's priority; copied from a run to its Job.</summary>
    public const string KueuePriorityLabel = "kueue.x-k8s.io/priority-class";
}
