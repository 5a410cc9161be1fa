using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Status;

namespace Graft.Operator.Runs;

/// <summary>
/// What a run's plan was made from. While the spec's generation and the inputs are the ones that are recorded, the recorded plan is the
/// run's plan: it is not resolved anew, so that neither a restart nor another release of the operator can make another one of it.
/// </summary>
public static class PlanRecord
{
    /// <summary>The form of the hash in a status. Releases that did not record it knew the first only.</summary>
    public static int FormOf(TrainingRunStatus status)
    {
        return status.Resolved?.Form ?? 1;
    }

    /// <summary>Whether the recorded plan is that of the spec and the inputs as they are now.</summary>
    public static bool IsCurrent(RunObservation observed)
    {
        var status = observed.Run.Status;
        if (status?.PlanHash is null || status.Get(ConditionTypes.Accepted)?.Status != ConditionSet.True)
        {
            return false;
        }

        var generation = observed.Run.Metadata.Generation;
        return status.Resolved is { } resolved
            ? resolved.Generation == generation && Inputs(observed).All(input => IsRecorded(resolved, input))
            // Of an earlier release, which recorded less: what it said of this generation is taken as it is.
            : status.ObservedGeneration == generation;
    }

    /// <summary>
    /// Why a run whose plan a later release has made is left as it is although something was edited: its hash cannot be compared here.
    /// Null where there is nothing to leave, or where the run is asked to run again.
    /// </summary>
    public static Unresolved? OfLaterRelease(RunObservation observed)
    {
        var status = observed.Run.Status;
        if (status?.Resolved?.Form is not > Recipe.CurrentForm
            || status.Rerun != observed.Run.Spec.Rerun
            || (status.CompletionTime is null && observed.Jobs.All(job => job.Metadata.Name != status.JobName)))
        {
            return null;
        }

        return new Unresolved(
            Reasons.PlannedByLaterRelease,
            $"A later release of Graft has planned the run (form {status.Resolved.Form}; this one knows forms up to {Recipe.CurrentForm}), so that "
            + "whether an edit changes what it computes is not known here, and it is left as it is. Upgrade the operator, or set spec.rerun to a new "
            + "value to run it again with this release.",
            Blocker.Release);
    }

    /// <summary>The record for a status.</summary>
    /// <param name="observed">What the plan was made from.</param>
    /// <param name="form">The form of the plan's hash.</param>
    /// <param name="settings">The settings of the Job that runs, ran or is about to be made.</param>
    public static ResolvedFrom Of(RunObservation observed, int form, RunSettings? settings)
    {
        var inputs = Inputs(observed).ToList();
        return new ResolvedFrom
        {
            Generation = observed.Run.Metadata.Generation,
            Form = form,
            Inputs = inputs.Count > 0 ? inputs : null,
            Settings = settings?.Sections.ToDictionary(),
        };
    }

    /// <summary>The inputs that are there and ready; one that is inspected anew is what it was until something else is known.</summary>
    private static IEnumerable<ResolvedInput> Inputs(RunObservation observed)
    {
        return observed.Inputs.Where(input => RunResolver.IsReady(input.Value)).Select(input => new ResolvedInput
        {
            Name = input.Key,
            Uid = input.Value.Metadata.Uid,
            Generation = input.Value.Metadata.Generation,
            Digest = input.Value.Status!.Digest,
        });
    }

    private static bool IsRecorded(ResolvedFrom resolved, ResolvedInput input)
    {
        return resolved.Inputs?.Find(known => known.Name == input.Name) is { } known
            && known.Uid == input.Uid
            && known.Generation == input.Generation
            && known.Digest == input.Digest;
    }
}
