namespace Graft.Operator.Pods;

/// <summary>How far a Job is.</summary>
public enum JobPhase
{
    /// <summary>A queue holds it back.</summary>
    Queued,

    /// <summary>It is suspended, but not by a queue that it names.</summary>
    Suspended,

    /// <summary>It has no pod yet.</summary>
    Pending,

    /// <summary>Its pod does not run yet, or does not end.</summary>
    Waiting,

    Running,

    /// <summary>Its pod gave way to something more important, and will be replaced.</summary>
    Preempted,

    /// <summary>Its pod was stopped from outside for another reason, and will be replaced.</summary>
    Interrupted,

    /// <summary>Its pod failed and will be replaced.</summary>
    Retrying,

    /// <summary>It has ended, or is about to, but what its pod said has not been seen yet.</summary>
    Ending,

    Succeeded,
    Failed,
}
