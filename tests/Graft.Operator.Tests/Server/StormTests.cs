using System.Collections.Concurrent;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>
/// Operators that are killed, cut off and absent again and again while runs come, train and end: each run has one Job, ever, and its
/// end is told. A few rounds here; <c>make soak-operator</c> makes many.
/// </summary>
public sealed class StormTests(ApiServer server) : ServerTest(server)
{
    private const int UsualRounds = 6;
    private const int Seed = 20260102;

    /// <summary>How long the cluster has, while no operator runs, to delete a Job that it may delete at once.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(6);

    private static readonly int Rounds = PositiveNumber.Of("GRAFT_SOAK_ROUNDS", UsualRounds);

    private readonly ConcurrentDictionary<string, string> _created = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<Task> _background = [];
    private readonly Random _random = new(Seed);
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var jobs = new Informer<V1Job>(
            new ServerListWatch<V1Job>(Team.Jobs, Team.Namespace, "graft.dev/role=train"), new InformerOptions(), TimeProvider.System,
            Random.Shared, NullLogger.Instance);
        jobs.Changed += change => _created.TryAdd(change.Latest.Metadata.Uid, change.Latest.Metadata.Labels[GraftApi.RunNameLabel]);
        _background.Add(jobs.RunAsync(_stop.Token));
        await jobs.Synced;
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_background).ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task An_operator_that_is_killed_again_and_again_trains_each_run_once()
    {
        var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        try
        {
            await BeginAsync();
            for (var round = 0; round < Rounds; round++)
            {
                await Team.ApplyRunAsync(name: $"run-{round}");
                await PauseAsync(1500);
                await @operator.DisposeAsync();
                @operator = await OperatorProcess.StartAsync(Server, Team.Namespace, after: @operator);
            }

            await EachHasTrainedOnceAsync();
        }
        finally
        {
            await @operator.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_operator_whose_connections_are_cut_again_and_again_trains_each_run_once()
    {
        await using var proxy = await ApiProxy.StartAsync(Server, TimeSpan.FromSeconds(1));
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace, kubeconfig: proxy.Kubeconfig);
        await BeginAsync();
        for (var round = 0; round < Rounds; round++)
        {
            await Team.ApplyRunAsync(name: $"run-{round}");
            await PauseAsync(700);
            proxy.Cut();
        }

        await EachHasTrainedOnceAsync();
        Assert.False(@operator.HasExited);
    }

    [Fact]
    public async Task A_job_that_ends_while_no_operator_runs_is_kept_until_its_end_is_recorded_and_is_not_trained_again()
    {
        var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        try
        {
            await Team.HaveInputsAsync();
            for (var round = 0; round < Rounds; round++)
            {
                await Team.ApplyRunAsync(name: $"run-{round}", timeToLive: 0);
                await Team.RunAsync(await Team.TrainerPodAsync($"run-{round}"));
                await Team.UntilAsync("Unknown/Running", $"run-{round}");
            }

            await @operator.DisposeAsync();
            for (var round = 0; round < Rounds; round++)
            {
                await Team.EndAsync(await Team.TrainerPodAsync($"run-{round}"), 0, Runs.World.Result());
            }

            await Task.Delay(Absence, _stop.Token);
            Assert.Equal(Rounds, (await Team.TrainJobsAsync()).Count);
            @operator = await OperatorProcess.StartAsync(Server, Team.Namespace, after: @operator);
            await EachHasTrainedOnceAsync();
            await Eventually.TrueAsync("the Jobs are gone", async () => (await Team.TrainJobsAsync()).Count == 0);

            await @operator.DisposeAsync();
            @operator = await OperatorProcess.StartAsync(Server, Team.Namespace, after: @operator);
            await Task.Delay(Absence, _stop.Token);
            await EachHasTrainedOnceAsync();
        }
        finally
        {
            await @operator.DisposeAsync();
        }
    }

    private async Task BeginAsync()
    {
        await Team.HaveInputsAsync();
        _background.Add(TrainAsync());
    }

    private Task PauseAsync(int longest)
    {
        return Task.Delay(_random.Next(longest), _stop.Token);
    }

    /// <summary>Starts the pods of Jobs and lets them end after a while, whatever happens to operators.</summary>
    private async Task TrainAsync()
    {
        var random = new Random(Seed);
        while (!_stop.IsCancellationRequested)
        {
            var pods = await Team.Pods.ListAsync(Team.Namespace, "graft.dev/role=train", 500, null, _stop.Token);
            foreach (var pod in pods.Items.Where(pod => pod.Metadata.DeletionTimestamp is null && random.Next(3) == 0))
            {
                if (pod.Status.Phase == "Pending")
                {
                    await Team.RunAsync(pod);
                }
                else if (pod.Status.Phase == "Running")
                {
                    await Team.EndAsync(pod, 0, Runs.World.Result());
                }
            }

            await Task.Delay(200, _stop.Token);
        }
    }

    private async Task EachHasTrainedOnceAsync()
    {
        // What runs beside the test ends with it: sooner only by an error, which says more than a run that never ends.
        await await Task.WhenAny([AllAreCompletedAsync(), .. _background]);
        Assert.Equal(Enumerable.Range(0, Rounds).Select(round => $"run-{round}").Order(), _created.Values.Order());
    }

    private async Task AllAreCompletedAsync()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var run = await Team.UntilAsync("True/Completed", $"run-{round}");
            Assert.Equal("v1", run.Status!.Artifact!.Version);
        }
    }
}
