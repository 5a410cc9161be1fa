using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using k8s;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>
/// Makes sure, before a Job is created or deleted for a resource, that the resource still is what was decided on: those writes cannot
/// carry its resource version. A cache may be behind where a watch is, and a replica that has just begun to lead has not yet seen all
/// that its predecessor wrote; so the API server itself is asked.
/// </summary>
/// <param name="api">Reads the resource.</param>
/// <param name="expectations">What this replica has written and not yet seen.</param>
public sealed class Confirmation(ApiClient api, WriteExpectations expectations)
{
    /// <summary>The version of the cluster when this replica began to lead; null while that is not known.</summary>
    private volatile string? _beginning;

    /// <summary>Takes note of what there is when this replica begins to lead.</summary>
    /// <param name="namespace">Where the resources are; null for everywhere.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task BeginAsync(string? @namespace, CancellationToken cancellationToken)
    {
        try
        {
            var page = await new ResourceClient<BaseModel>(api)
                .ListAsync(@namespace, new Selection(null), limit: 1, continueToken: null, cancellationToken).ConfigureAwait(false);
            _beginning = page.Metadata.ResourceVersion;
        }
        catch (Exception error) when (ApiFault.Is(error) || error is OperationCanceledException)
        {
            // Every resource is asked for then, which costs time alone.
            _beginning = null;
        }
    }

    /// <summary>Asks, unless the answer is known.</summary>
    /// <param name="resource">The resource as it was decided on.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ApiException">A conflict: it has changed, or is gone.</exception>
    public Task AskAsync<T>(T resource, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        return resource is IRunResource run && run.Status?.PlanHash is null && IsUntouched(resource)
            ? Task.CompletedTask
            : new ResourceClient<T>(api).ConfirmAsync(resource, cancellationToken);
    }

    /// <summary>
    /// Whether a run that has no plan yet is of a version that is younger than this replica's leadership: nobody else has planned it, and
    /// what this replica wrote the cache has seen. Its owner may have changed it since, which is answered when it is seen.
    /// </summary>
    private bool IsUntouched<T>(T run)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        return _beginning is { } beginning && ResourceVersion.IsAfter(run.Metadata.ResourceVersion, beginning)
            && !expectations.AreOpen<T>(ObjectKey.Of(run));
    }
}
