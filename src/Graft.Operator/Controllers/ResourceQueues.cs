using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Reports;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
using k8s;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>The resources of each kind that wait to be reconciled, and which changes put them there.</summary>
public sealed class ResourceQueues
{
    /// <summary>Jobs, pods and what is said of them change several at a time: one look, and one status, answers them all.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, WorkQueue<ObjectKey>> _queues;
    private readonly ClusterCaches _caches;
    private readonly WriteExpectations _expectations;

    /// <summary>Begins to listen to the caches.</summary>
    public ResourceQueues(
        ClusterCaches caches, WriteExpectations expectations, ReportServer reports, RuntimeMetrics metrics, TimeProvider time)
    {
        (_caches, _expectations) = (caches, expectations);
        _queues = ResourceKind.All.ToDictionary(
            kind => kind.Kind, kind => metrics.CreateQueue<ObjectKey>(kind.Kind.ToLowerInvariant(), time));
        foreach (var runs in caches.Runs)
        {
            runs.Changed += (key, isGone) =>
            {
                if (isGone)
                {
                    runs.Deleted(expectations, key);
                    reports.Forget(new RunKey(runs.Kind.Plural, key));
                }

                this[runs.Kind.Kind].Add(key);
            };
        }

        caches.Models.Changed += Input;
        caches.Datasets.Changed += Input;
        caches.Sweeps.Changed += change => this[nameof(AdapterSweep)].Add(ObjectKey.Of(change.Latest));
        caches.Jobs.Changed += Job;
        caches.Pods.Changed += change => ToOwner(JobOf(change.Latest));
        caches.Warnings.Changed += regarding => ToOwner(JobOf(regarding));
    }

    /// <summary>The queue of a kind.</summary>
    public WorkQueue<ObjectKey> this[string kind] => _queues[kind];

    private void Input<T>(ObjectChange<T> change)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var key = ObjectKey.Of(change.Latest);
        if (change.New is null)
        {
            _expectations.Deleted<T>(key);
        }

        this[typeof(T).Name].Add(key);
        foreach (var runs in _caches.Runs)
        {
            foreach (var run in runs.Naming(typeof(T), key))
            {
                this[runs.Kind.Kind].Add(run);
            }
        }
    }

    private void Job(ObjectChange<V1Job> change)
    {
        if (change.New is null)
        {
            _expectations.Deleted<V1Job>(ObjectKey.Of(change.Latest));
        }

        ToOwner(change.Latest);
    }

    private V1Job? JobOf(V1Pod pod)
    {
        return Owner.Of(pod) is { Kind: V1Job.KubeKind } owner
            ? _caches.Jobs.Cache.Find(new ObjectKey(pod.Metadata.NamespaceProperty, owner.Name))
            : null;
    }

    private V1Job? JobOf(V1ObjectReference regarding)
    {
        var key = new ObjectKey(regarding.NamespaceProperty, regarding.Name);
        return regarding.Kind == V1Job.KubeKind ? _caches.Jobs.Cache.Find(key)
            : _caches.Pods.Cache.Find(key) is { } pod ? JobOf(pod)
            : null;
    }

    private void ToOwner(V1Job? job)
    {
        if (job is not null && Owner.Of(job) is { } owner && _queues.TryGetValue(owner.Kind, out var queue))
        {
            queue.AddAfter(new ObjectKey(job.Metadata.NamespaceProperty, owner.Name), Together);
        }
    }
}
