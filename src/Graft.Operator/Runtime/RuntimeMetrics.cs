using Prometheus;

namespace Graft.Operator.Runtime;

/// <summary>
/// The runtime's figures under the names that controller-runtime and client-go give theirs, so that dashboards made for those work.
/// </summary>
public sealed class RuntimeMetrics
{
    private static readonly double[] Latencies = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly Counter _reconciles;
    private readonly Counter _reconcileErrors;
    private readonly Histogram _reconcileSeconds;
    private readonly Gauge _activeWorkers;
    private readonly Gauge _maximumWorkers;
    private readonly Counter _requests;
    private readonly Gauge _leader;
    private readonly Counter _queueAdds;
    private readonly Counter _queueRetries;
    private readonly Histogram _queueWait;
    private readonly Histogram _queueWork;
    private readonly Gauge _queueDepth;
    private readonly Gauge _queueUnfinished;
    private readonly Gauge _queueLongest;
    private readonly CollectorRegistry _registry;

    public RuntimeMetrics(CollectorRegistry registry)
    {
        _registry = registry;
        var factory = Metrics.WithCustomRegistry(registry);
        var latency = new HistogramConfiguration { Buckets = Latencies };
        _reconciles = factory.CreateCounter(
            "controller_runtime_reconcile_total", "Looks at an object, by how they ended.", "controller", "result");
        _reconcileErrors = factory.CreateCounter("controller_runtime_reconcile_errors_total", "Looks that failed.", "controller");
        _reconcileSeconds = factory.CreateHistogram(
            "controller_runtime_reconcile_time_seconds", "How long a look takes.", ["controller"], latency);
        _activeWorkers = factory.CreateGauge("controller_runtime_active_workers", "Workers that look at an object.", "controller");
        _maximumWorkers = factory.CreateGauge("controller_runtime_max_concurrent_reconciles", "Workers.", "controller");
        _requests = factory.CreateCounter("rest_client_requests_total", "Requests to the API server.", "code", "method");
        _leader = factory.CreateGauge("leader_election_master_status", "1 while this replica leads.", "name");
        _queueAdds = factory.CreateCounter("workqueue_adds_total", "Keys added.", "name");
        _queueRetries = factory.CreateCounter("workqueue_retries_total", "Keys added again after a failure.", "name");
        _queueWait = factory.CreateHistogram("workqueue_queue_duration_seconds", "How long a key waits for a worker.", ["name"], latency);
        _queueWork = factory.CreateHistogram("workqueue_work_duration_seconds", "How long a key is worked on.", ["name"], latency);
        _queueDepth = factory.CreateGauge("workqueue_depth", "Keys that wait.", "name");
        _queueUnfinished = factory.CreateGauge("workqueue_unfinished_work_seconds", "Work under way, summed over workers.", "name");
        _queueLongest = factory.CreateGauge("workqueue_longest_running_processor_seconds", "The longest work under way.", "name");
    }

    internal void ApiRequest(HttpMethod method, string code)
    {
        _requests.WithLabels(code, method.Method).Inc();
    }

    /// <summary>Requests sent so far, by method.</summary>
    public double ApiRequests(string method)
    {
        return _requests.GetAllLabelValues().Where(labels => labels[1] == method).Sum(labels => _requests.WithLabels(labels).Value);
    }

    internal void Leads(string name, bool leads)
    {
        _leader.WithLabels(name).Set(leads ? 1 : 0);
    }

    internal void ControllerWorkers(string controller, int workers)
    {
        _maximumWorkers.WithLabels(controller).Set(workers);
    }

    internal IDisposable ActiveWorker(string controller)
    {
        return _activeWorkers.WithLabels(controller).TrackInProgress();
    }

    internal void Reconciled(string controller, string result, TimeSpan took)
    {
        _reconciles.WithLabels(controller, result).Inc();
        _reconcileSeconds.WithLabels(controller).Observe(took.TotalSeconds);
        if (result == "error")
        {
            _reconcileErrors.WithLabels(controller).Inc();
        }
    }

    /// <summary>A queue whose figures are published under a name.</summary>
    public WorkQueue<TKey> CreateQueue<TKey>(string name, TimeProvider time)
        where TKey : notnull
    {
        var queue = new WorkQueue<TKey>(time, observer: new QueueFigures(this, name));
        _registry.AddBeforeCollectCallback(() =>
        {
            var unfinished = queue.Unfinished;
            _queueDepth.WithLabels(name).Set(queue.Depth);
            _queueUnfinished.WithLabels(name).Set(unfinished.Sum(work => work.TotalSeconds));
            _queueLongest.WithLabels(name).Set(unfinished.Count == 0 ? 0 : unfinished.Max().TotalSeconds);
        });
        return queue;
    }

    private sealed class QueueFigures(RuntimeMetrics metrics, string name) : IQueueObserver
    {
        public void Added()
        {
            metrics._queueAdds.WithLabels(name).Inc();
        }

        public void Retried()
        {
            metrics._queueRetries.WithLabels(name).Inc();
        }

        public void Taken(TimeSpan waited)
        {
            metrics._queueWait.WithLabels(name).Observe(waited.TotalSeconds);
        }

        public void Finished(TimeSpan worked)
        {
            metrics._queueWork.WithLabels(name).Observe(worked.TotalSeconds);
        }
    }
}
