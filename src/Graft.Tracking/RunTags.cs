namespace Graft.Tracking;

/// <summary>The tags that a run has from its beginning: MLflow's own and the run's identity.</summary>
internal static class RunTags
{
    public static Dictionary<string, string> For(TrackingOptions options)
    {
        return new Dictionary<string, string>(options.Tags)
        {
            ["mlflow.runName"] = options.RunName,
            ["mlflow.user"] = User(options),
            ["mlflow.source.name"] = "graft-trainer",
            ["mlflow.source.type"] = "JOB",
            [RunTracker.RunUidTag] = options.RunUid,
        };
    }

    public static string User(TrackingOptions options)
    {
        return options.User ?? Environment.UserName;
    }
}
