using Graft.Api.V1Alpha1;
using Graft.Operator.Inputs;
using Graft.Operator.Pods;
using Graft.Operator.Reports;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace Graft.Operator.Controllers;

/// <summary>
/// The operator's life: caches and reports on every replica, controllers on the one that leads. A leader that loses its lease ends
/// the process: what starts next starts clean.
/// </summary>
public sealed class OperatorService(
    IOptions<OperatorOptions> settings,
    ApiClient api,
    ClusterCaches caches,
    ReportServer reports,
    RuntimeMetrics runtimeMetrics,
    RunMetrics runMetrics,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILoggerFactory loggers) : BackgroundService
{
    private const string ControllerName = "graft.dev/operator";

    /// <summary>How long a write is waited for in the cache before the cache is believed without it.</summary>
    private static readonly TimeSpan CachePatience = TimeSpan.FromSeconds(10);

    /// <summary>How long events let the work itself go first, where the two want more requests a second than are allowed.</summary>
    private static readonly TimeSpan EventPatience = TimeSpan.FromSeconds(1);

    /// <summary>Jobs, pods and what is said of them change several at a time: one look, and one status, answers them all.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(100);

    private readonly OperatorOptions _options = settings.Value;
    private readonly ILogger _logger = loggers.CreateLogger<OperatorService>();
    private readonly WriteExpectations _expectations = new(time, CachePatience);

    private volatile LeaderElector? _elector;
    private volatile bool _ready;

    /// <summary>Whether this replica could lead: its caches are complete, and pods can be told whom to report to.</summary>
    public bool IsReady => _ready;

    /// <summary>Who leads, for people.</summary>
    public string Standing => !_options.LeaderElection ? "this replica leads" : _elector?.Standing ?? "nobody yet leads";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var events = new EventRecorder(
            new ResourceClient<Eventsv1Event>(api.GivingWayFor(EventPatience)), ControllerName, _options.PodName, time,
            loggers.CreateLogger<EventRecorder>());
        var runs = runtimeMetrics.CreateQueue<ObjectKey>("adaptertrainingrun", time);
        var models = runtimeMetrics.CreateQueue<ObjectKey>("basemodel", time);
        var datasets = runtimeMetrics.CreateQueue<ObjectKey>("trainingdataset", time);
        var projections = runtimeMetrics.CreateQueue<ObjectKey>("projectionpretrain", time);
        var sweeps = runtimeMetrics.CreateQueue<ObjectKey>("adaptersweep", time);
        Route(runs, models, datasets, projections, sweeps);

        var background = Task.WhenAll(caches.RunAsync(stoppingToken), events.RunAsync(stoppingToken), reports.RunAsync(stoppingToken));
        try
        {
            await reports.Ready.WaitAsync(stoppingToken).ConfigureAwait(false);
            Warm();
            await caches.Synced.WaitAsync(stoppingToken).ConfigureAwait(false);
            _ready = true;
            _logger.LogInformation("The caches are complete: {Runs} runs, {Jobs} Jobs", caches.Runs.Cache.Count, caches.Jobs.Cache.Count);
            await LeadAsync(events, runs, models, datasets, projections, sweeps, stoppingToken).ConfigureAwait(false);
            await background.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped before it led.
        }
    }

    private void Warm()
    {
        try
        {
            WarmUp.Run(_options, reports.CertificatePem, time.GetUtcNow());
        }
#pragma warning disable CA1031 // Whatever is wrong here will be said of a real run, in its conditions.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _logger.LogWarning(error, "The warm-up failed; the first run will take a moment longer");
        }
    }

    private async Task LeadAsync(
        EventRecorder events,
        WorkQueue<ObjectKey> runs,
        WorkQueue<ObjectKey> models,
        WorkQueue<ObjectKey> datasets,
        WorkQueue<ObjectKey> projections,
        WorkQueue<ObjectKey> sweeps,
        CancellationToken cancellationToken)
    {
        ILeadership leadership = AlwaysLeads.Instance;
        LeaderElector? elector = null;
        if (_options.LeaderElection)
        {
            leadership = _elector = elector = new LeaderElector(
                new ResourceClient<V1Lease>(api),
                new ObjectKey(_options.PodNamespace, $"{_options.InstanceName}-operator"),
                $"{_options.PodName}_{Guid.NewGuid():N}",
                new LeaderElectionOptions(),
                runtimeMetrics,
                time,
                loggers.CreateLogger<LeaderElector>());
        }

        var fenced = api.FencedBy(leadership);
        var writer = new StatusWriter(_expectations, time);
        var confirmation = new Confirmation(fenced, _expectations);
        var jobs = new JobCreator(fenced, _expectations, confirmation);
        var decider = new RunDecider(_options, () => reports.CertificatePem);
        var inspector = new InspectionDecider(_options);
        var run = new RunController(fenced, caches, decider, jobs, writer, _expectations, events, runMetrics, time);
        var model = new InputController<BaseModel>(
            new BaseModels(), fenced, caches.Models, caches, inspector, jobs, writer, _expectations, events, time);
        var dataset = new InputController<TrainingDataset>(
            new TrainingDatasets(), fenced, caches.Datasets, caches, inspector, jobs, writer, _expectations, events, time);
        var projection = new LaterController<ProjectionPretrain, TrainingRunStatus>(fenced, caches.Projections, writer, time);
        var sweep = new LaterController<AdapterSweep, AdapterSweepStatus>(fenced, caches.Sweeps, writer, time);

        async Task LeadOnceAsync(CancellationToken leading)
        {
            await confirmation.BeginAsync(_options.WatchNamespace, leading).ConfigureAwait(false);
            await Task.WhenAll(
                Work("adaptertrainingrun", runs, run.ReconcileAsync, Tell(fenced, writer, caches.Runs), _options.Workers, leading),
                Work("basemodel", models, model.ReconcileAsync, Tell(fenced, writer, caches.Models), _options.Workers, leading),
                Work("trainingdataset", datasets, dataset.ReconcileAsync, Tell(fenced, writer, caches.Datasets), _options.Workers, leading),
                Work("projectionpretrain", projections, projection.ReconcileAsync, Tell(fenced, writer, caches.Projections), 1, leading),
                Work("adaptersweep", sweeps, sweep.ReconcileAsync, Tell(fenced, writer, caches.Sweeps), 1, leading)).ConfigureAwait(false);
        }

        if (elector is null)
        {
            await LeadOnceAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (await elector.RunAsync(LeadOnceAsync, cancellationToken).ConfigureAwait(false))
        {
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    private Task Work(
        string name,
        WorkQueue<ObjectKey> queue,
        Func<ObjectKey, CancellationToken, Task<TimeSpan?>> reconcile,
        Func<ObjectKey, string, CancellationToken, Task> tell,
        int workers,
        CancellationToken cancellationToken)
    {
        return new Controller<ObjectKey>(name, queue, reconcile, runtimeMetrics, loggers.CreateLogger($"Graft.{name}"), tell)
            .RunAsync(workers, cancellationToken);
    }

    /// <summary>Whatever goes wrong with a resource is said in its conditions, where its owner looks.</summary>
    private static Func<ObjectKey, string, CancellationToken, Task> Tell<T>(ApiClient fenced, StatusWriter writer, Informer<T> resources)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var client = new ResourceClient<T>(fenced);
        return (key, what, cancellationToken) => resources.Cache.Find(key) is { } resource
            ? writer.TellAsync(
                client, resource, Reasons.ReconciliationFailed, $"The operator cannot handle this resource: {what}", cancellationToken)
            : Task.CompletedTask;
    }

    /// <summary>Which changes make which resources worth a look.</summary>
    private void Route(
        WorkQueue<ObjectKey> runs,
        WorkQueue<ObjectKey> models,
        WorkQueue<ObjectKey> datasets,
        WorkQueue<ObjectKey> projections,
        WorkQueue<ObjectKey> sweeps)
    {
        caches.Runs.Changed += change =>
        {
            var key = ObjectKey.Of(change.Latest);
            if (change.New is null)
            {
                _expectations.Deleted<AdapterTrainingRun>(key);
                reports.Forget(key);
            }

            runs.Add(key);
        };
        caches.Models.Changed += change => Input(change, models, runs, ClusterCaches.ByBaseModel);
        caches.Datasets.Changed += change => Input(change, datasets, runs, ClusterCaches.ByDataset);
        caches.Projections.Changed += change => projections.Add(ObjectKey.Of(change.Latest));
        caches.Sweeps.Changed += change => sweeps.Add(ObjectKey.Of(change.Latest));
        caches.Jobs.Changed += change =>
        {
            if (change.New is null)
            {
                _expectations.Deleted<V1Job>(ObjectKey.Of(change.Latest));
            }

            ToOwner(change.Latest);
        };
        caches.Pods.Changed += change =>
        {
            var pod = change.Latest;
            if (Owner.Of(pod) is { Kind: V1Job.KubeKind } owner
                && caches.Jobs.Cache.Find(new ObjectKey(pod.Metadata.NamespaceProperty, owner.Name)) is { } job)
            {
                ToOwner(job);
            }
        };
        caches.Warnings.Changed += regarding =>
        {
            var key = new ObjectKey(regarding.NamespaceProperty, regarding.Name);
            var job = regarding.Kind == V1Job.KubeKind ? key
                : caches.Pods.Cache.Find(key) is { } pod && Owner.Of(pod) is { } owner ? new ObjectKey(key.Namespace, owner.Name)
                : (ObjectKey?)null;
            if (job is { } found && caches.Jobs.Cache.Find(found) is { } known)
            {
                ToOwner(known);
            }
        };

        void ToOwner(V1Job job)
        {
            var queue = Owner.Of(job)?.Kind switch
            {
                nameof(AdapterTrainingRun) => runs,
                nameof(BaseModel) => models,
                nameof(TrainingDataset) => datasets,
                _ => null,
            };
            queue?.AddAfter(new ObjectKey(job.Metadata.NamespaceProperty, Owner.Of(job)!.Name), Together);
        }
    }

    private void Input<T>(ObjectChange<T> change, WorkQueue<ObjectKey> own, WorkQueue<ObjectKey> runs, string index)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var key = ObjectKey.Of(change.Latest);
        if (change.New is null)
        {
            _expectations.Deleted<T>(key);
        }

        own.Add(key);
        foreach (var run in caches.Runs.Cache.Indexed(index, key.ToString()))
        {
            runs.Add(ObjectKey.Of(run));
        }
    }

    /// <summary>A single replica without an election.</summary>
    private sealed class AlwaysLeads : ILeadership
    {
        public static readonly AlwaysLeads Instance = new();

        public TimeSpan Remaining => TimeSpan.MaxValue;
    }
}
