using Graft.Operator.Runtime;
using k8s;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>Writes statuses: only what differs from what is there, and only while this replica leads.</summary>
public sealed class StatusWriter(WriteExpectations expectations, ILeadership leadership)
{
    /// <summary>Who writes specs and creates objects.</summary>
    public const string FieldManager = "graft.dev/operator";

    /// <summary>Who writes statuses, all but the progress.</summary>
    public const string StatusManager = "graft.dev/operator-status";

    /// <summary>Who writes a run's progress.</summary>
    public const string ProgressManager = "graft.dev/operator-progress";

    /// <summary>Writes a status unless it says what is there already.</summary>
    /// <param name="client">The client of the kind.</param>
    /// <param name="resource">The object.</param>
    /// <param name="current">The status that is there, as far as it is this writer's.</param>
    /// <param name="wanted">The status to write.</param>
    /// <param name="cancellation">Cancels the write.</param>
    /// <returns>Whether it was written.</returns>
    public async Task<bool> WriteAsync<T>(ResourceClient<T> client, T resource, object? current, object wanted, CancellationToken cancellation)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (current is not null && KubernetesJson.Serialize(current) == KubernetesJson.Serialize(wanted))
        {
            return false;
        }

        Fence();
        expectations.Wrote(await client.ApplyStatusAsync(resource, wanted, StatusManager, cancellation).ConfigureAwait(false));
        return true;
    }

    /// <summary>Stops a write when another replica might lead by now.</summary>
    /// <exception cref="OperationCanceledException">This replica does not lead.</exception>
    public void Fence()
    {
        if (!leadership.Holds)
        {
            throw new OperationCanceledException("This replica no longer leads.");
        }
    }
}
