using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Graft.Api.V1Alpha1;
using Graft.Operator.Bench;
using Graft.Operator.Runtime;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

// Measures the operator on the API server that KUBECONFIG names: from a run's POST to its Job's event on a watch, one run at a time
// and many at once; its start-up and its memory. The server has Graft's definitions and needs a controller manager, but no node.
//   graft-operator-bench [RUNS [WRITERS [OPERATOR]]]
var runs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
var writers = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 8;
var program = args.Length > 2 ? args[2] : OperatorUnderTest.Built;
const int IdleRuns = 200;
using var api = new ApiClient(
    KubernetesClientConfiguration.BuildDefaultConfig(),
    new ApiClientOptions { QueriesPerSecond = 10_000, Burst = 10_000 },
    new RuntimeMetrics(Metrics.NewCustomRegistry()),
    TimeProvider.System);
var team = await BenchNamespace.CreateAsync(api);
using var stop = new CancellationTokenSource();
var created = new ConcurrentDictionary<string, TaskCompletionSource<long>>();
var jobs = new Informer<V1Job>(
    new ServerListWatch<V1Job>(new ResourceClient<V1Job>(api), team.Name, null),
    new InformerOptions(),
    TimeProvider.System,
    Random.Shared,
    NullLogger.Instance);
jobs.Changed += change =>
{
    if (change is { Old: null, New: { } job } && job.Metadata.OwnerReferences is [{ Kind: nameof(AdapterTrainingRun) } owner])
    {
        created.GetOrAdd(owner.Name, _ => new TaskCompletionSource<long>()).TrySetResult(Stopwatch.GetTimestamp());
    }
};
var watching = jobs.RunAsync(stop.Token);
await jobs.Synced;

Console.WriteLine($"load before: {File.ReadAllText("/proc/loadavg").Trim()}");
using (var started = await OperatorUnderTest.StartAsync(program, team.Name))
{
    Console.WriteLine($"start-up to ready: {started.StartUp.TotalSeconds:F2} s, memory then {started.ResidentMebibytes()} MiB");

    var latencies = new List<double>();
    for (var i = 0; i < IdleRuns; i++)
    {
        latencies.Add(await ApplyAsync($"idle-{i}"));
        await Task.Delay(50);
    }

    latencies.Sort();
    Console.WriteLine(
        $"one at a time, {IdleRuns} runs: POST to Job p50 {latencies[IdleRuns / 2]:F1} ms, p99 {latencies[IdleRuns * 99 / 100]:F1} ms, longest {latencies[^1]:F1} ms");

    var clock = Stopwatch.StartNew();
    var numbers = new ConcurrentQueue<int>(Enumerable.Range(0, runs));
    var burst = new ConcurrentBag<double>();
    await Task.WhenAll(Enumerable.Range(0, writers).Select(async _ =>
    {
        var waits = new List<Task<double>>();
        while (numbers.TryDequeue(out var number))
        {
            var name = $"burst-{number}";
            var at = Stopwatch.GetTimestamp();
            await team.PostRunAsync(name);
            waits.Add(UntilJobAsync(name, at));
        }

        foreach (var wait in waits)
        {
            burst.Add(await wait);
        }
    }));
    var seconds = clock.Elapsed.TotalSeconds;
    var sorted = burst.Order().ToList();
    Console.WriteLine(
        $"all at once, {runs} runs by {writers} writers: {runs / seconds:F1} Jobs/s, POST to Job p50 {sorted[runs / 2]:F0} ms, p99 {sorted[runs * 99 / 100]:F0} ms");
    await Task.Delay(TimeSpan.FromSeconds(5));
    Console.WriteLine($"memory with all runs there: {started.ResidentMebibytes()} MiB, {started.CpuSeconds():F1} CPU seconds so far");
}

using (var again = await OperatorUnderTest.StartAsync(program, team.Name))
{
    Console.WriteLine($"restart with {runs + IdleRuns} runs there: ready after {again.StartUp.TotalSeconds:F2} s");
    var before = jobs.Cache.Count;
    await Task.Delay(TimeSpan.FromSeconds(5));
    Console.WriteLine($"Jobs before and after the restart: {before}, {jobs.Cache.Count}; memory {again.ResidentMebibytes()} MiB");
}

await stop.CancelAsync();
await watching;
await team.DeleteAsync();
return jobs.Cache.Count == runs + IdleRuns ? 0 : 1;

async Task<double> ApplyAsync(string name)
{
    var at = Stopwatch.GetTimestamp();
    await team.PostRunAsync(name);
    return await UntilJobAsync(name, at);
}

async Task<double> UntilJobAsync(string name, long since)
{
    var seen = await created.GetOrAdd(name, _ => new TaskCompletionSource<long>()).Task.WaitAsync(TimeSpan.FromMinutes(10));
    return Stopwatch.GetElapsedTime(since, seen).TotalMilliseconds;
}
