using Graft.Api.Runs;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
using k8s;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>
/// What the operator sees of the cluster: Graft's resources, and the Jobs and pods that it has created itself. Everything that no
/// decision reads is dropped before it is kept.
/// </summary>
public sealed class ClusterCaches
{
    public const string ByOwner = "owner";

    private readonly List<Func<CancellationToken, Task>> _runs = [];
    private readonly List<Task> _synced = [];

    public ClusterCaches(ApiClient api, OperatorOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        var runs = new WatchRuns(this, api, options, time, loggers);
        Runs = [.. RunKinds.All.Select(kind => kind.Visit(runs))];
        Models = Watch<BaseModel>(api, options, time, loggers, null, Trim);
        Datasets = Watch<TrainingDataset>(api, options, time, loggers, null, Trim);
        Sweeps = Watch<AdapterSweep>(api, options, time, loggers, null, Trim);
        Jobs = Watch<V1Job>(api, options, time, loggers, ChildLabels.Selector, Trim);
        Pods = Watch<V1Pod>(api, options, time, loggers, ChildLabels.Selector, Trim);
        Jobs.Cache.AddIndex(ByOwner, OwnerUid);
        Pods.Cache.AddIndex(ByOwner, OwnerUid);
        Warnings = new ChildEventCache(time);
        Jobs.Changed += Remember;
        Pods.Changed += Remember;
        var events = new EventListWatch(
            new ServerListWatch<Eventsv1Event>(
                new ResourceClient<Eventsv1Event>(api, ApiJson.ForCaches), options.WatchNamespace, new Selection(
                    null, EventListWatch.Fields)),
            Warnings);
        var informer = new Informer<Eventsv1Event>(
            events, new InformerOptions(), time, Random.Shared, loggers.CreateLogger<Informer<Eventsv1Event>>());
        // Nothing waits for its first list: events say more about what is known, and no more than that. So it comes after the others.
        _runs.Add(async cancellationToken =>
        {
            await Task.WhenAny(Synced, Task.Delay(Timeout.Infinite, cancellationToken)).ConfigureAwait(false);
            await informer.RunAsync(cancellationToken).ConfigureAwait(false);
        });
    }

    /// <summary>The runs of each kind.</summary>
    public IReadOnlyList<IRunWatch> Runs { get; }

    public Informer<BaseModel> Models { get; }

    public Informer<TrainingDataset> Datasets { get; }

    public Informer<AdapterSweep> Sweeps { get; }

    public Informer<V1Job> Jobs { get; }

    public Informer<V1Pod> Pods { get; }

    /// <summary>What others say by event only about those Jobs and pods.</summary>
    public ChildEventCache Warnings { get; }

    /// <summary>Done once every first list is complete.</summary>
    public Task Synced => Task.WhenAll(_synced);

    /// <summary>Watches until canceled.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        return Task.WhenAll(_runs.Select(run => Task.Run(() => run(cancellationToken), CancellationToken.None)));
    }

    /// <summary>A run of whatever kind; null where there is none.</summary>
    public IRunResource? FindRun(RunKey key)
    {
        return Runs.FirstOrDefault(kind => kind.Kind.Plural == key.Plural)?.Find(key.Key);
    }

    /// <summary>What a run names, by the name in the plan, as far as it is there.</summary>
    public IReadOnlyDictionary<string, IInputResource> InputsOf(IRunResource run)
    {
        var found = new Dictionary<string, IInputResource>();
        foreach (var input in RunKinds.Of(run).Inputs(run.Spec).Where(input => input.Resource is not null))
        {
            var key = new ObjectKey(run.Metadata.NamespaceProperty, input.Resource!);
            IInputResource? resource = input.Kind == InputKind.BaseModel ? Models.Cache.Find(key) : Datasets.Cache.Find(key);
            if (resource is not null)
            {
                found[input.Name] = resource;
            }
        }

        return found;
    }

    /// <summary>The Jobs that a resource owns.</summary>
    public IReadOnlyList<V1Job> JobsOf(IKubernetesObject<V1ObjectMeta> owner)
    {
        return Jobs.Cache.Indexed(ByOwner, owner.Metadata.Uid);
    }

    /// <summary>The pods of Jobs.</summary>
    public IReadOnlyList<V1Pod> PodsOf(IEnumerable<V1Job> jobs)
    {
        return [.. jobs.SelectMany(job => Pods.Cache.Indexed(ByOwner, job.Metadata.Uid))];
    }

    /// <summary>The warnings about Jobs and pods.</summary>
    public IReadOnlyList<ChildEvent> WarningsAbout(IEnumerable<V1Job> jobs, IEnumerable<V1Pod> pods)
    {
        return Warnings.Of(jobs.Select(job => job.Metadata.Uid).Concat(pods.Select(pod => pod.Metadata.Uid)));
    }

    private void Remember<T>(ObjectChange<T> change)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (change.New is null)
        {
            Warnings.Forget(change.Latest.Metadata.Uid);
        }
        else if (change.Old is null)
        {
            Warnings.Appeared(change.New.Metadata.Uid);
        }
    }

    private Informer<T> Watch<T>(
        ApiClient api, OperatorOptions options, TimeProvider time, ILoggerFactory loggers, string? selector, Action<T> trim)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var source = new ServerListWatch<T>(new ResourceClient<T>(api, ApiJson.ForCaches), options.WatchNamespace, selector);
        var informer = new Informer<T>(source, new InformerOptions(), time, Random.Shared, loggers.CreateLogger<Informer<T>>(), trim);
        _runs.Add(informer.RunAsync);
        _synced.Add(informer.Synced);
        return informer;
    }

    private static IEnumerable<string> OwnerUid(IKubernetesObject<V1ObjectMeta> child)
    {
        return Owner.Of(child) is { } owner ? [owner.Uid] : [];
    }

    /// <summary>Of a Job's spec only what decisions read is kept: the template would be most of it.</summary>
    private static void Trim(V1Job job)
    {
        job.Metadata.Annotations = job.Metadata.Annotations?.TryGetValue(RunSettings.Annotation, out var settings) == true
            ? new Dictionary<string, string> { [RunSettings.Annotation] = settings }
            : null;
        job.Spec = new V1JobSpec
        {
            Suspend = job.Spec?.Suspend,
            BackoffLimit = job.Spec?.BackoffLimit,
            TtlSecondsAfterFinished = job.Spec?.TtlSecondsAfterFinished,
        };
    }

    /// <summary>What <c>kubectl apply</c> notes of a resource is as large as its spec.</summary>
    private static void Trim(IKubernetesObject<V1ObjectMeta> resource)
    {
        resource.Metadata.Annotations = null;
    }

    private sealed class WatchRuns(
        ClusterCaches caches, ApiClient api, OperatorOptions options, TimeProvider time, ILoggerFactory loggers)
        : IRunKindVisitor<IRunWatch>
    {
        public IRunWatch Visit<TRun>(IRunKind kind)
            where TRun : class, IRunResource
        {
            return new RunWatch<TRun>(kind, caches.Watch<TRun>(api, options, time, loggers, null, Trim));
        }
    }
}
