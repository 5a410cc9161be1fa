using Graft.Api.V1Alpha1;
using Graft.Operator.Inputs;
using Graft.Operator.Runtime;
using k8s;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>Carries out what <see cref="InspectionDecider"/> decides about resources of one kind.</summary>
public sealed class InputController<T>(
    IInputKind<T> kind,
    ApiClient api,
    Informer<T> resources,
    ClusterCaches caches,
    InspectionDecider decider,
    JobCreator jobs,
    StatusWriter writer,
    WriteExpectations expectations,
    EventRecorder events,
    TimeProvider time)
    : IReconciler
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private static readonly TimeSpan UnseenPause = TimeSpan.FromSeconds(1);
    private static readonly KubernetesKind Kind = KubernetesKind.Of<T>();
    private readonly ResourceClient<T> _client = new(api);

    public Task TellAsync(ObjectKey key, string what, CancellationToken cancellationToken)
    {
        return writer.TellFailureAsync(_client, resources.Cache.Find(key), what, cancellationToken);
    }

    public async Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var resource = resources.Cache.Find(key);
        if (resource is null || resource.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        if (!expectations.Fulfilled(key, resource))
        {
            return UnseenPause;
        }

        var observed = new InspectionObservation(kind.Unreadable(resource), [], [], time.GetUtcNow());
        if (observed.Request.Status?.Inspection?.JobName is { } job && !IsSeen(new ObjectKey(key.Namespace, job)))
        {
            return UnseenPause;
        }

        try
        {
            var owned = caches.JobsOf(resource);
            var pods = caches.PodsOf(owned);
            observed =
                observed with { Request = kind.Request(resource), Jobs = owned, Pods = pods, Events = caches.WarningsAbout(owned, pods) };
            var decision = decider.Decide(observed);
            await CarryOutAsync(resource, decision, cancellationToken).ConfigureAwait(false);
            await WriteAsync(resource, observed.Request.Status, decision, cancellationToken).ConfigureAwait(false);
            return decision.RequeueAfter;
        }
        catch (Exception error) when (TroubleOf(error) is { } trouble)
        {
            // Told first, then tried again after a growing pause.
            await WriteAsync(resource, observed.Request.Status, decider.Decide(observed with { Trouble = trouble }), cancellationToken)
                .ConfigureAwait(false);
            throw new ToldException(error);
        }
    }

    /// <summary>Whether the cache has the Job as it was last written here: it must not be taken for one that is gone.</summary>
    private bool IsSeen(ObjectKey job)
    {
        return expectations.Fulfilled(job, caches.Jobs.Cache.Find(job));
    }

    private async Task CarryOutAsync(T resource, InspectionDecision decision, CancellationToken cancellationToken)
    {
        foreach (var old in decision.Delete)
        {
            await jobs.DeleteAsync(resource, old, cancellationToken).ConfigureAwait(false);
        }

        if (decision.Create is { } children)
        {
            await jobs.CreateAsync(resource, children.Job, children.Plan, cancellationToken).ConfigureAwait(false);
            await jobs.DeleteOtherPlansAsync(resource, children.Plan, cancellationToken).ConfigureAwait(false);
        }

        if (decision.Expire is { } ended)
        {
            await jobs.SetTimeToLiveAsync(ended, InspectionChildren.KeptSeconds, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What a failure means for the resource; null for what passes by itself.</summary>
    private static InspectionTrouble? TroubleOf(Exception error)
    {
        return error switch
        {
            OperationCanceledException or NotLeadingException or ToldException or HttpRequestException or TimeoutException => null,
            ApiException { IsRejection: true } or ApiException { Reason: JobCreator.NameTaken } =>
                new InspectionTrouble(
                    Reasons.JobCreationFailed, $"The API server refused what was to be created or written: {error.Message}"),
            ApiException => null,
            _ => new InspectionTrouble(
                Reasons.InspectionFailed, $"The operator cannot handle this resource: {error.GetType().Name}: {error.Message}"),
        };
    }

    private async Task WriteAsync(T resource, InputStatus? current, InspectionDecision decision, CancellationToken cancellationToken)
    {
        // A resource whose files are inspected anew keeps what was found before, but nobody may rely on it: Ready says so.
        var wanted = kind.Found(resource, decision.Report);
        wanted.ObservedGeneration = resource.Metadata.Generation;
        wanted.Conditions = decision.Conditions;
        wanted.Inspection = decision.Inspection;
        if (await writer.WriteAsync(_client, resource, current, wanted, cancellationToken).ConfigureAwait(false) is not null)
        {
            foreach (var note in decision.Events)
            {
                events.Record(resource, Kind, note);
            }
        }
    }
}
