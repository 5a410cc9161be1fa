using System.Text.Json.Nodes;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;

namespace Graft.Operator.Controllers;

/// <summary>The runs of one kind, as the operator sees them and writes to them.</summary>
public interface IRunWatch
{
    /// <summary>How the API server names the kind.</summary>
    KubernetesKind Kind { get; }

    /// <summary>The number of runs.</summary>
    int Count { get; }

    /// <summary>Called with a run that was added, changed or, if true, deleted.</summary>
    event Action<ObjectKey, bool>? Changed;

    /// <summary>All runs.</summary>
    IEnumerable<IRunResource> All();

    /// <summary>A run; null where there is none.</summary>
    IRunResource? Find(ObjectKey key);

    /// <summary>The runs that name an input.</summary>
    IEnumerable<ObjectKey> Naming(Type input, ObjectKey key);

    /// <summary>Takes note of a run that is gone: what was written to it will never be seen.</summary>
    void Deleted(WriteExpectations expectations, ObjectKey key);

    /// <summary>Writes a run's progress onto the very run that it was decided for.</summary>
    Task ApplyProgressAsync(ApiClient api, IRunResource run, JsonObject status, CancellationToken cancellationToken);

    /// <summary>The controller of the kind.</summary>
    IReconciler Controller(RunControllerServices services);
}

/// <summary>What answers changes of resources.</summary>
public interface IReconciler
{
    /// <summary>Makes a resource what it should be.</summary>
    /// <returns>When to look again even if nothing changes.</returns>
    Task<TimeSpan?> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Says in a resource's conditions that something went wrong with it.</summary>
    Task TellAsync(ObjectKey key, string what, CancellationToken cancellationToken);
}

/// <summary>The runs of one kind.</summary>
/// <typeparam name="T">The resource.</typeparam>
public sealed class RunWatch<T> : IRunWatch
    where T : class, IRunResource
{
    private const string ByInput = "input";

    private readonly IRunKind _kind;
    private readonly Informer<T> _informer;

    /// <summary>Listens to the informer of a kind.</summary>
    public RunWatch(IRunKind kind, Informer<T> informer)
    {
        (_kind, _informer) = (kind, informer);
        informer.Cache.AddIndex(ByInput, Names);
        informer.Changed += change => Changed?.Invoke(ObjectKey.Of(change.Latest), change.New is null);
    }

    public KubernetesKind Kind { get; } = KubernetesKind.Of<T>();

    public int Count => _informer.Cache.Count;

    public event Action<ObjectKey, bool>? Changed;

    public IEnumerable<IRunResource> All()
    {
        return _informer.Cache.All();
    }

    public IRunResource? Find(ObjectKey key)
    {
        return _informer.Cache.Find(key);
    }

    public IEnumerable<ObjectKey> Naming(Type input, ObjectKey key)
    {
        return _informer.Cache.Indexed(ByInput, Name(input, key)).Select(ObjectKey.Of);
    }

    public void Deleted(WriteExpectations expectations, ObjectKey key)
    {
        expectations.Deleted<T>(key);
    }

    public Task ApplyProgressAsync(ApiClient api, IRunResource run, JsonObject status, CancellationToken cancellationToken)
    {
        return new ResourceClient<T>(api).ApplyStatusAsync((T)run, status, StatusWriter.ProgressManager, cancellationToken);
    }

    public IReconciler Controller(RunControllerServices services)
    {
        return new RunController<T>(services, _informer);
    }

    private IEnumerable<string> Names(T run)
    {
        return _kind.Inputs(run.Spec)
            .Where(input => input.Resource is not null)
            .Select(input => Name(input.Kind.Type, new ObjectKey(run.Metadata.NamespaceProperty, input.Resource!)))
            .Distinct();
    }

    private static string Name(Type input, ObjectKey key)
    {
        return $"{input.Name}/{key}";
    }
}
