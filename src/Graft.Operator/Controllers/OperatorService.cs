using Graft.Api.V1Alpha1;
using Graft.Operator.Inputs;
using Graft.Operator.Reports;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
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
        var queues = new ResourceQueues(caches, _expectations, reports, runtimeMetrics, time);

        var background = Task.WhenAll(caches.RunAsync(stoppingToken), events.RunAsync(stoppingToken), reports.RunAsync(stoppingToken));
        try
        {
            await reports.Ready.WaitAsync(stoppingToken).ConfigureAwait(false);
            Warm();
            await caches.Synced.WaitAsync(stoppingToken).ConfigureAwait(false);
            _ready = true;
            _logger.LogInformation(
                "The caches are complete: {Runs} runs, {Jobs} Jobs", caches.Runs.Sum(kind => kind.Count), caches.Jobs.Cache.Count);
            await LeadAsync(events, queues, stoppingToken).ConfigureAwait(false);
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

    private async Task LeadAsync(EventRecorder events, ResourceQueues queues, CancellationToken cancellationToken)
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
        var confirmation = new Confirmation(fenced, _expectations);
        var reconcilers = Reconcilers(fenced, confirmation, events);

        async Task LeadOnceAsync(CancellationToken leading)
        {
            await confirmation.BeginAsync(_options.WatchNamespace, leading).ConfigureAwait(false);
            await Task.WhenAll(reconcilers.Select(entry => Work(entry.Key, queues[entry.Key], entry.Value, leading))).ConfigureAwait(false);
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

    /// <summary>What answers the changes of each kind.</summary>
    private Dictionary<string, IReconciler> Reconcilers(ApiClient fenced, Confirmation confirmation, EventRecorder events)
    {
        var writer = new StatusWriter(_expectations, time);
        var jobs = new JobCreator(fenced, _expectations, confirmation);
        var decider = new RunDecider(_options, () => reports.CertificatePem);
        var inspector = new InspectionDecider(_options);
        var services = new RunControllerServices(fenced, caches, decider, jobs, writer, _expectations, events, runMetrics, time);
        var reconcilers = caches.Runs.ToDictionary(runs => runs.Kind.Kind, runs => runs.Controller(services));
        reconcilers[nameof(BaseModel)] = new InputController<BaseModel>(
            new BaseModels(), fenced, caches.Models, caches, inspector, jobs, writer, _expectations, events, time);
        reconcilers[nameof(TrainingDataset)] = new InputController<TrainingDataset>(
            new TrainingDatasets(), fenced, caches.Datasets, caches, inspector, jobs, writer, _expectations, events, time);
        reconcilers[nameof(AdapterSweep)] = new LaterController<AdapterSweep, AdapterSweepStatus>(fenced, caches.Sweeps, writer, time);
        return reconcilers;
    }

    private Task Work(string kind, WorkQueue<ObjectKey> queue, IReconciler reconciler, CancellationToken cancellationToken)
    {
        var name = kind.ToLowerInvariant();
        return new Controller<ObjectKey>(
            name, queue, reconciler.ReconcileAsync, runtimeMetrics, loggers.CreateLogger($"Graft.{name}"), reconciler.TellAsync)
                .RunAsync(_options.Workers, cancellationToken);
    }

    /// <summary>A single replica without an election.</summary>
    private sealed class AlwaysLeads : ILeadership
    {
        public static readonly AlwaysLeads Instance = new();

        public TimeSpan Remaining => TimeSpan.MaxValue;
    }
}
