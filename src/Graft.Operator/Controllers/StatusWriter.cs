using System.Net;
using System.Text.Json.Nodes;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>Writes statuses: only what differs from what is there, and only onto what was decided on.</summary>
public sealed class StatusWriter(WriteExpectations expectations, TimeProvider time)
{
    /// <summary>Who writes specs and creates objects.</summary>
    public const string FieldManager = "graft.dev/operator";

    /// <summary>Who writes statuses, all but the progress.</summary>
    public const string StatusManager = "graft.dev/operator-status";

    /// <summary>Who writes a run's progress.</summary>
    public const string ProgressManager = "graft.dev/operator-progress";

    /// <summary>Writes a status unless it says what is there already.</summary>
    /// <param name="client">The client of the kind.</param>
    /// <param name="resource">The object that was decided on, or what an earlier write of the same decision answered.</param>
    /// <param name="current">The status that is there, as far as it is this writer's.</param>
    /// <param name="wanted">The status to write.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>What was written; null where nothing had to be.</returns>
    /// <exception cref="ApiException">A conflict where the object has changed since.</exception>
    /// <exception cref="ToldException">The status was refused; the object says so.</exception>
    public async Task<T?> WriteAsync<T>(
        ResourceClient<T> client, T resource, object? current, object wanted, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var status = StatusJson.Of(wanted);
        if (current is not null && JsonNode.DeepEquals(StatusJson.Of(current), status))
        {
            return null;
        }

        try
        {
            return await ApplyAsync(client, resource, status, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException refusal) when (refusal.Code is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest)
        {
            await TellAsync(
                client, resource, Reasons.StatusRefused, $"The API server refused the status: {refusal.Message}", cancellationToken)
                .ConfigureAwait(false);
            throw new ToldException(refusal);
        }
    }

    /// <summary>Says in a resource's conditions that something failed, beside whatever else its status says.</summary>
    /// <param name="client">The client of the kind.</param>
    /// <param name="resource">The object.</param>
    /// <param name="reason">What sort of trouble it is.</param>
    /// <param name="message">What went wrong.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public async Task TellAsync<T>(ResourceClient<T> client, T resource, string reason, string message, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var status = StatusJson.InTrouble(resource, reason, message, time.GetUtcNow());
        var there = JsonNode.Parse(KubernetesJson.Serialize(resource))!["status"];
        if (!JsonNode.DeepEquals(there?["conditions"], status["conditions"])
            || !JsonNode.DeepEquals(there?["observedGeneration"], status["observedGeneration"]))
        {
            await ApplyAsync(client, resource, status, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Says in a resource's conditions, where its owner looks, that it cannot be handled.</summary>
    public Task TellFailureAsync<T>(ResourceClient<T> client, T? resource, string what, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        return resource is null
            ? Task.CompletedTask
            : TellAsync(
                client, resource, Reasons.ReconciliationFailed, $"The operator cannot handle this resource: {what}", cancellationToken);
    }

    private async Task<T> ApplyAsync<T>(ResourceClient<T> client, T resource, JsonObject status, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var written = await client.ApplyStatusAsync(resource, status, StatusManager, cancellationToken).ConfigureAwait(false);
        expectations.Wrote(written);
        return written;
    }
}
