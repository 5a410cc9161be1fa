using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>
/// Delivers to MLflow what it had not taken of a run's record when the run ended: a Job of its own takes it from the volume of the
/// checkpoints. The run's end does not wait for it.
/// </summary>
internal static class Delivery
{
    /// <summary>Whether there is something to deliver, and a volume that has it.</summary>
    public static bool IsDue(IRunResource run) => run.Status?.Tracking?.Delivered == false && run.Spec.Checkpoint?.ClaimName is not null;

    /// <summary>Whether a Job is one that delivers.</summary>
    public static bool Is(V1Job job) => job.Metadata.Labels?[GraftApi.RoleLabel] == ChildLabels.Deliver;

    /// <summary>Decides about a run that has ended, and of whose record MLflow may lack something.</summary>
    /// <param name="observed">What was observed.</param>
    /// <param name="resolved">The plan.</param>
    /// <param name="draft">The status of the ended run.</param>
    /// <param name="actions">What is to be done about it besides.</param>
    /// <returns>After how long to look again; null for never.</returns>
    public static TimeSpan? Decide(RunObservation observed, ResolvedRun resolved, RunStatusDraft draft, List<RunAction> actions)
    {
        if (!IsDue(observed.Run) || observed.Run.Spec.Suspend == true)
        {
            return null;
        }

        if (resolved.Delivery is not { } wanted)
        {
            // Recorded on no server.
            draft.Delivered(null);
            return null;
        }

        var claim = observed.Run.Spec.Checkpoint!.ClaimName;
        var waiting = $"What MLflow has not taken of the record waits on the claim {claim}.";
        if (RunDecider.JobOf(observed, wanted.Metadata.Name) is not { } job)
        {
            if (observed.Refusal is { } refusal)
            {
                draft.Undelivered($"{waiting} The API server refused the Job {wanted.Metadata.Name}: {refusal}");
                return null;
            }

            draft.Undelivered($"{waiting} The Job {wanted.Metadata.Name} delivers it.");
            actions.Add(new CreateJob(wanted));
            return null;
        }

        var view = TrainerJobView.Of(
            job, [.. observed.Pods.Where(pod => Owner.Owns(job, pod))], observed.Events, startedBefore: false, observed.Now);
        var result = TrainerJobView.ReadResult(view.FinalWord);
        switch (view.Phase)
        {
            case JobPhase.Succeeded:
                draft.Delivered(result?.Tracking);
                break;
            case JobPhase.Failed:
                // The Job stays, without a time to live: that it is gone asks for another one.
                draft.Undelivered($"{waiting} {result?.Message ?? view.Message} To try again, "
                    + $"`kubectl delete job {job.Metadata.Name} -n {job.Metadata.NamespaceProperty}`.");
                break;
            default:
                draft.Undelivered(view.Phase == JobPhase.Running
                    ? $"{waiting} The Job {job.Metadata.Name} delivers it."
                    : $"{waiting} {view.Message}");
                break;
        }

        return view.RecheckAfter;
    }
}
