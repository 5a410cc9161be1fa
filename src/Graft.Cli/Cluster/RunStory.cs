using Graft.Api.V1Alpha1;

namespace Graft.Cli.Cluster;

/// <summary>Says in a sentence how a run in a cluster stands.</summary>
public static class RunStory
{
    /// <summary>The state and its reason, from the condition <c>Succeeded</c>.</summary>
    public static string Describe(IRunResource run)
    {
        var summary = run.Status?.Conditions?.FirstOrDefault(condition => condition.Type == ConditionTypes.Succeeded);
        return summary is null
            ? $"The operator has not looked at '{run.Metadata.Name}' yet; is it installed in this cluster?"
            : $"'{run.Metadata.Name}' is {summary.Reason}: {summary.Message}";
    }

    /// <summary>Whether the run has ended, well or not.</summary>
    public static bool IsFinished(IRunResource run)
    {
        return run.Status?.Conditions?.Any(condition => condition is { Type: ConditionTypes.Succeeded, Status: "True" or "False" }) == true;
    }
}
