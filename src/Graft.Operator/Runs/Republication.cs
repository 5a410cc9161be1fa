using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>
/// Publishes the adapter of a run that has ended where its spec names another place now: a Job of its own copies the same files, and
/// nothing is trained. Until it has ended well the status names the place where the adapter is.
/// </summary>
internal static class Republication
{
    /// <summary>Decides about a run whose adapter is not where its spec wants it.</summary>
    /// <param name="observed">What was observed.</param>
    /// <param name="resolved">The plan.</param>
    /// <param name="publication">What publishes the adapter at its new place.</param>
    /// <param name="acceptance">What is to be said of the rest of the spec.</param>
    public static RunDecision Decide(RunObservation observed, ResolvedRun resolved, Publication publication, Acceptance acceptance)
    {
        var children = publication.Children;
        var before = observed.Run.Status!;
        var actions = OtherPublications(observed, children).Select(
            RunAction (job) => new DeleteJob(job, "spec.publish names another place by now.")).ToList();
        var job = RunDecider.JobOf(observed, children.Job.Metadata.Name);
        var view = job is null
            ? null
            : TrainerJobView.Of(
                job, [.. observed.Pods.Where(pod => Owner.Owns(job, pod))], observed.Events, startedBefore: false, observed.Now);
        var result = view is null ? null : TrainerJobView.ReadResult(view.FinalWord);
        if (view?.Phase == JobPhase.Succeeded && ProgressStatus.Artifact(result?.Artifact) is { } artifact)
        {
            var settings = RunSettings.Of(before)!.With(RunSettings.Publish, resolved.Settings);
            var done = new RunStatusDraft(observed.Run, resolved.PlanHash, PlanRecord.Of(observed, resolved.Form, settings), observed.Now);
            done.PublishedAgain(artifact, acceptance);
            return RunDecider.Decision(observed, done, actions, null);
        }

        // What the run was made from stays recorded as it was: the next reconcile, of whichever replica, finds that there is something to
        // do.
        var draft = new RunStatusDraft(observed.Run, before.PlanHash, before.Resolved, observed.Now);
        var place = $"The adapter is to be published at {publication.Place}, and is at {before.Artifact!.Reference} until then.";
        switch (view?.Phase)
        {
            case null when observed.Refusal is { } refusal:
                draft.PublishingAgain(acceptance, Reasons.JobCreationFailed,
                    $"{place} The API server refused the Job {children.Job.Metadata.Name}: {refusal}", stalled: true);
                break;
            case null:
                draft.PublishingAgain(acceptance, Reasons.Publishing, $"{place} {TrainerJobView.NoPodYet(children.Job)}", stalled: false);
                actions.Add(new DeleteOtherPlans(children.Plan));
                actions.Add(new CreateChildren(children));
                break;
            case JobPhase.Succeeded or JobPhase.Failed:
                // The Job stays, without a time to live: that it is gone asks for another one.
                var why = result?.Message ?? (
                    view.Phase == JobPhase.Failed ? view.Message : "The trainer ended well, but reported no artifact.");
                draft.PublishingAgain(
                    acceptance,
                    Reasons.PublishFailed,
                    $"{place} {why} To try again, `kubectl delete job {job!.Metadata.Name} -n {job.Metadata.NamespaceProperty}`, or change spec.publish.",
                    stalled: true);
                break;
            default:
                draft.PublishingAgain(acceptance, view.Stalled ? view.Reason : Reasons.Publishing, $"{place} {view.Message}", view.Stalled);
                break;
        }

        return RunDecider.Decision(observed, draft, actions, view?.RecheckAfter);
    }

    private static IEnumerable<V1Job> OtherPublications(RunObservation observed, RunChildren children)
    {
        return observed.Jobs.Where(job =>
            job.Metadata.Labels?[GraftApi.RoleLabel] == ChildLabels.Publish
            && job.Metadata.Name != children.Job.Metadata.Name
            && job.Metadata.DeletionTimestamp is null
            && Owner.Owns(observed.Run, job));
    }
}
