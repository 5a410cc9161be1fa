using Graft.Operator.Runtime;
using k8s;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>Writes statuses: only what differs from what is there, and only onto what was decided on.</summary>
public sealed class StatusWriter(WriteExpectations expectations)
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
    /// <param name="cancellation">Cancels the write.</param>
    /// <returns>What was written; null where nothing had to be.</returns>
    /// <exception cref="ApiException">A conflict where the object has changed since.</exception>
    public async Task<T?> WriteAsync<T>(ResourceClient<T> client, T resource, object? current, object wanted, CancellationToken cancellation)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (current is not null && KubernetesJson.Serialize(current) == KubernetesJson.Serialize(wanted))
        {
            return null;
        }

        var written = await client.ApplyStatusAsync(resource, wanted, StatusManager, cancellation).ConfigureAwait(false);
        expectations.Wrote(written);
        return written;
    }
}
