namespace Graft.Tracking;

/// <summary>Status of a run. The numbers are those of MLflow's file layout.</summary>
public enum TrackedStatus
{
    /// <summary>Training.</summary>
    Running = 1,

    /// <summary>Interrupted after a checkpoint; a later process goes on.</summary>
    Scheduled = 2,

    /// <summary>Ended well.</summary>
    Finished = 3,

    /// <summary>Ended with an error.</summary>
    Failed = 4,

    /// <summary>Ended by a person.</summary>
    Killed = 5,
}

internal static class TrackedStatusExtensions
{
    /// <summary>The status' name in MLflow's REST API.</summary>
    public static string ApiName(this TrackedStatus status)
    {
        return status.ToString().ToUpperInvariant();
    }

    /// <summary>Whether the run has an end time.</summary>
    public static bool IsEnd(this TrackedStatus status)
    {
        return status is TrackedStatus.Finished or TrackedStatus.Failed or TrackedStatus.Killed;
    }
}
