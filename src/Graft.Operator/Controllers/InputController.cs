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
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private static readonly TimeSpan UnseenPause = TimeSpan.FromSeconds(1);
    private static readonly KubernetesKind Kind = KubernetesKind.Of<T>();
    private readonly ResourceClient<T> _client = new(api);

    /// <summary>Looks at a resource.</summary>
    public async Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellation)
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

        var request = kind.Request(resource);
        var owned = caches.JobsOf(resource);
        var observed = new InspectionObservation(request, owned, caches.PodsOf(owned), time.GetUtcNow());
        var decision = decider.Decide(observed);
        if (decision.Create is { } wanted && !jobs.IsSeen(wanted.Job))
        {
            return UnseenPause;
        }

        try
        {
            foreach (var old in decision.Delete)
            {
                await jobs.DeleteAsync(old, cancellation).ConfigureAwait(false);
            }

            if (decision.Create is { } children)
            {
                await jobs.CreateAsync(resource, children.Job, children.Plan, cancellation).ConfigureAwait(false);
            }
        }
        catch (ApiException refusal) when (refusal.IsRejection)
        {
            await WriteAsync(resource, request.Status, decider.Decide(observed with { Refusal = refusal.Message }), cancellation).ConfigureAwait(false);
            throw;
        }

        await WriteAsync(resource, request.Status, decision, cancellation).ConfigureAwait(false);
        return decision.RequeueAfter;
    }

    private async Task WriteAsync(T resource, ResourceStatus? current, InspectionDecision decision, CancellationToken cancellation)
    {
        // A resource whose files are being looked at anew keeps what was found before, but nobody may rely on it: Ready says so.
        var wanted = kind.Status(resource, decision.Conditions, decision.Report);
        if (await writer.WriteAsync(_client, resource, current, wanted, cancellation).ConfigureAwait(false))
        {
            foreach (var note in decision.Events)
            {
                events.Record(resource, Kind, note);
            }
        }
    }
}
