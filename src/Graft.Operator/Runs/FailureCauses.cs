using Graft.Api.V1Alpha1;

namespace Graft.Operator.Runs;

/// <summary>
/// Which settings can have made a run fail. A failed run runs again by itself when one of them was changed, because that is what its
/// message asked for; any other edit leaves it as it is.
/// </summary>
public static class FailureCauses
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Sections = new Dictionary<string, IReadOnlyList<string>>
    {
        [Reasons.OutOfMemory] = [RunSettings.Pod],
        [Reasons.DeadlineExceeded] = [RunSettings.Pod],
        [Reasons.PublishFailed] = [RunSettings.Publish],
        [Reasons.ModelNotLoadable] = [RunSettings.Sources, RunSettings.Pod],
        [Reasons.BadData] = [RunSettings.Sources],
        [Reasons.BadPlan] = [RunSettings.Pod],
        [Reasons.Diverged] = [],
    };

    /// <summary>The sections of <see cref="RunSettings"/> that can be the cause of a failure.</summary>
    /// <param name="reason">The failure's reason.</param>
    public static IReadOnlyList<string> Of(string reason)
    {
        // A crash, or a reason of a trainer of another release: whatever belongs to the pod.
        return Sections.TryGetValue(reason, out var known) ? known : [RunSettings.Pod, RunSettings.Checkpoint, RunSettings.Sources];
    }

    /// <summary>Whether the installation, and not only the run's own spec, can remove the cause.</summary>
    public static bool CanBeMendedByInstallation(string reason)
    {
        return reason == Reasons.PublishFailed;
    }
}
