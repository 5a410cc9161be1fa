using System.Net;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
using k8s;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>
/// Creates and deletes what a resource owns. A name that exists already is the guard against doubles, and the resource itself the
/// guard against decisions that are out of date: it is confirmed before one of its Jobs is created or deleted.
/// </summary>
public sealed class JobCreator(ApiClient api, WriteExpectations expectations, Confirmation confirmation)
{
    /// <summary>The reason of a conflict with an object of somebody else's, or with another content.</summary>
    public const string NameTaken = "NameTaken";

    private const int MostPlans = 100;
    private readonly ResourceClient<V1Job> _jobs = new(api);
    private readonly ResourceClient<V1ConfigMap> _configMaps = new(api);

    /// <summary>Creates a Job, and before it what it mounts.</summary>
    /// <param name="owner">The resource that owns both, as it was when this was decided.</param>
    /// <param name="job">The Job.</param>
    /// <param name="mounted">What the Job mounts, if anything.</param>
    /// <param name="cancellationToken">Cancels the writes.</param>
    /// <exception cref="ApiException">
    /// Refused; a conflict where the owner has changed, or the name belongs to a deleted namesake's object that is not gone yet.
    /// </exception>
    public async Task CreateAsync<TOwner>(TOwner owner, V1Job job, V1ConfigMap? mounted, CancellationToken cancellationToken)
        where TOwner : class, IKubernetesObject<V1ObjectMeta>
    {
        // Side by side, for what is mounted does nothing without its Job.
        var confirmed = confirmation.AskAsync(owner, cancellationToken);
        var mountable = mounted is null ? Task.CompletedTask : CreateOwnedAsync(_configMaps, owner, mounted, cancellationToken);
        await Task.WhenAll(confirmed, mountable).ConfigureAwait(false);
        expectations.Wrote(await CreateOwnedAsync(_jobs, owner, job, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Whether the cache has the Job that was last created under a name, or is known to have lost it.</summary>
    public bool IsSeen(V1Job job)
    {
        return expectations.Fulfilled<V1Job>(ObjectKey.Of(job), null);
    }

    /// <summary>Whether the cache has what was last written of these Jobs.</summary>
    public bool AreSeen(IEnumerable<V1Job> cached)
    {
        return cached.All(job => expectations.Fulfilled(ObjectKey.Of(job), job));
    }

    /// <summary>Deletes a Job with its pods; its name is free when they are gone.</summary>
    /// <param name="owner">The resource that owns it, as it was when this was decided.</param>
    /// <param name="job">The Job.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <exception cref="ApiException">Refused; a conflict where the owner has changed.</exception>
    public async Task DeleteAsync<TOwner>(TOwner owner, V1Job job, CancellationToken cancellationToken)
        where TOwner : class, IKubernetesObject<V1ObjectMeta>
    {
        await confirmation.AskAsync(owner, cancellationToken).ConfigureAwait(false);
        if (await _jobs.DeleteAsync(ObjectKey.Of(job), job.Metadata.Uid, cancellationToken, dependentsFirst: true)
            .ConfigureAwait(false) is { } leaving)
        {
            expectations.Wrote(leaving);
        }
    }

    /// <summary>Lets the cluster delete an ended Job after so many seconds.</summary>
    public async Task SetTimeToLiveAsync(V1Job job, int seconds, CancellationToken cancellationToken)
    {
        var patch = new
        {
            metadata = new { uid = job.Metadata.Uid },
            spec = new { ttlSecondsAfterFinished = seconds },
        };
        try
        {
            expectations.Wrote(
                await _jobs.MergePatchAsync(ObjectKey.Of(job), patch, null, StatusWriter.FieldManager, cancellationToken)
                    .ConfigureAwait(false));
        }
        catch (ApiException error) when (error.IsNotFound || error.IsConflict)
        {
            // Gone already, or another object by now.
        }
    }

    /// <summary>Deletes the plans that were made for a resource before this one.</summary>
    public async Task DeleteOtherPlansAsync(IKubernetesObject<V1ObjectMeta> owner, V1ConfigMap plan, CancellationToken cancellationToken)
    {
        string[] same = [ChildLabels.ManagedBy, ChildLabels.Instance, GraftApi.RoleLabel];
        var selector = string.Join(',', same.Select(label => $"{label}={plan.Metadata.Labels[label]}"));
        var plans = await _configMaps.ListAsync(
            plan.Metadata.NamespaceProperty, selector, MostPlans, null, cancellationToken).ConfigureAwait(false);
        foreach (var old in plans.Items.Where(old => old.Metadata.Name != plan.Metadata.Name && Owner.Owns(owner, old)))
        {
            await _configMaps.DeleteAsync(ObjectKey.Of(old), old.Metadata.Uid, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<T> CreateOwnedAsync<T>(
        ResourceClient<T> client, IKubernetesObject<V1ObjectMeta> owner, T child, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            return await client.CreateAsync(child, StatusWriter.FieldManager, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException error) when (error.IsAlreadyExists)
        {
            var existing = await client.FindAsync(ObjectKey.Of(child), cancellationToken).ConfigureAwait(false);
            if (existing is not null && Owner.Owns(owner, existing))
            {
                return !HasOtherContent(existing, child)
                    ? existing
                    : throw new ApiException(
                        HttpStatusCode.Conflict,
                        NameTaken,
                        $"The {client.Kind.Kind} {ObjectKey.Of(child)} has another content than it should have; "
                        + $"`kubectl delete {client.Kind.Plural} {child.Metadata.Name} -n {child.Metadata.NamespaceProperty}`, and it is created anew.");
            }

            throw new ApiException(
                HttpStatusCode.Conflict,
                NameTaken,
                $"The {client.Kind.Kind} {ObjectKey.Of(child)} belongs to another resource; if that was deleted, it will be gone in a moment.");
        }
    }

    /// <summary>
    /// Whether a ConfigMap of the right name and owner is not the one that was to be created. The certificate authority may have been
    /// renewed since: the earlier one is good for as long as anybody knows it alone.
    /// </summary>
    private static bool HasOtherContent(object existing, object wanted)
    {
        return existing is V1ConfigMap { Data: var there } && wanted is V1ConfigMap { Data: var asked }
            && !Content(there ?? new Dictionary<string, string>()).SequenceEqual(Content(asked));
    }

    private static IEnumerable<KeyValuePair<string, string>> Content(IDictionary<string, string> data)
    {
        return data.Where(entry => entry.Key != RunExecution.CaFile).OrderBy(entry => entry.Key, StringComparer.Ordinal);
    }
}
