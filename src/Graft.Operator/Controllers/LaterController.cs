using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>Tells the users of a kind that has a schema and no controller yet that nothing will happen.</summary>
public sealed class LaterController<T, TStatus>(ApiClient api, Informer<T> resources, StatusWriter writer, TimeProvider time)
    : IReconciler
    where T : class, IKubernetesObject<V1ObjectMeta>, IStatus<TStatus?>
    where TStatus : ResourceStatus, new()
{
    private readonly ResourceClient<T> _client = new(api);

    public Task TellAsync(ObjectKey key, string what, CancellationToken cancellationToken)
    {
        return writer.TellFailureAsync(_client, resources.Cache.Find(key), what, cancellationToken);
    }

    public async Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (resources.Cache.Find(key) is { Metadata.DeletionTimestamp: null } resource)
        {
            await writer.WriteAsync(_client, resource, resource.Status, Decide(resource), cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private TStatus Decide(T resource)
    {
        var message = $"This release of Graft checks {_client.Kind.Plural} against their schema and does not run them yet.";
        var conditions = new ConditionSet(resource.Status?.Conditions, resource.Metadata.Generation ?? 0, time.GetUtcNow());
        conditions.Set(ConditionTypes.Accepted, ConditionSet.False, Reasons.NotImplementedYet, message);
        conditions.Set(ConditionTypes.Succeeded, ConditionSet.False, Reasons.NotImplementedYet, message);
        conditions.Set(ConditionTypes.Reconciling, ConditionSet.False, Reasons.NotImplementedYet, message);
        conditions.Set(ConditionTypes.Stalled, ConditionSet.True, Reasons.NotImplementedYet, message);
        return new TStatus { ObservedGeneration = resource.Metadata.Generation, Conditions = conditions.ToList() };
    }
}
