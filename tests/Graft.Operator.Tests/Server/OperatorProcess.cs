using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Graft.Tests;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>The real operator program, as a process outside the cluster.</summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    /// <summary>Longer than the operator collects events and progress before it writes them.</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly HttpClient _http = new();
    private readonly int _port;
    private readonly int _reportPort;
    private bool _isDisposed;

    private OperatorProcess(Process process, int port, int reportPort)
    {
        _process = process;
        _port = port;
        _reportPort = reportPort;
        ReportUrl = $"https://127.0.0.1:{reportPort}";
    }

    /// <summary>Where trainers report to.</summary>
    public string ReportUrl { get; }

    /// <summary>The name that tells operators apart in the Lease.</summary>
    public string Name => _process.StartInfo.Environment["Graft__PodName"]!;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>What it has logged.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Where the program was built.</summary>
    /// <param name="next">That of a release to come.</param>
    public static string Program(bool next = false)
    {
        var folder = AppContext.BaseDirectory.TrimEnd('/')
            .Replace("Graft.Operator.Tests", next ? "Graft.Operator.Next" : "Graft.Operator", StringComparison.Ordinal);
        return Path.Combine(folder, next ? "graft-operator-next" : "graft-operator");
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="server">The API server.</param>
    /// <param name="namespace">The namespace that it serves and keeps its Lease in.</param>
    /// <param name="election">Whether it takes part in an election.</param>
    /// <param name="after">One that has ended and that it takes the place of, at the same addresses: those are part of a Job's
    /// settings.</param>
    /// <param name="kubeconfig">How it reaches the server; as the administrator without it.</param>
    /// <param name="next">Whether it is a release to come: of another form of recipes, with another trainer image.</param>
    /// <param name="reportUrl">Where it tells trainers to report to, as all replicas of a release do alike; to itself without it.</param>
    public static async Task<OperatorProcess> StartAsync(
        ApiServer server,
        string @namespace,
        bool election = false,
        OperatorProcess? after = null,
        string? kubeconfig = null,
        string? reportUrl = null,
        bool next = false)
    {
        var (port, reportPort) = after is null ? (FreePorts.Take(), FreePorts.Take()) : (after._port, after._reportPort);
        var start = new ProcessStartInfo(Program(next))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["KUBECONFIG"] = kubeconfig ?? server.Kubeconfig,
            ["Graft__WatchNamespace"] = @namespace,
            ["Graft__PodNamespace"] = @namespace,
            ["Graft__PodName"] = $"operator-{port}",
            ["Graft__LeaderElection"] = election.ToString(),
            ["Graft__ArtifactRepository"] = "registry.example/adapters",
            ["Graft__ReportUrl"] = reportUrl ?? $"https://127.0.0.1:{reportPort}",
            ["Graft__ReportPort"] = reportPort.ToString(CultureInfo.InvariantCulture),
            ["Graft__HttpPort"] = port.ToString(CultureInfo.InvariantCulture),
            ["Graft__ProgressSeconds"] = "0.5",
            ["Graft__TrainerImage"] = next ? "graft.dev/trainer:99" : "graft.dev/trainer:1",
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var started = new OperatorProcess(process, port, reportPort);
        process.OutputDataReceived += (_, line) => started._log.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => started._log.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await Eventually.TrueAsync("the operator is ready", started.IsReadyAsync);
            return started;
        }
        catch (Exception error)
        {
            await started.DisposeAsync();
            throw new InvalidOperationException($"The operator did not get ready. Its log:\n{started.Log}", error);
        }
    }

    /// <summary>The writes that it has sent to the API server.</summary>
    public async Task<double> WritesAsync()
    {
        return await CountAsync(line => line.StartsWith("rest_client_requests_total{", StringComparison.Ordinal)
            && !line.Contains("method=\"GET\"", StringComparison.Ordinal));
    }

    /// <summary>Waits until it has nothing more to write: until a few seconds have gone by without a write.</summary>
    public async Task UntilQuietAsync()
    {
        double writes;
        do
        {
            writes = await WritesAsync();
            await Task.Delay(QuietTime, TestContext.Current.CancellationToken);
        }
        while (await WritesAsync() != writes);
    }

    /// <summary>The objects that it has asked the API server to create or to delete, events aside.</summary>
    public async Task<double> CreationsAndDeletionsAsync()
    {
        return await CountAsync(line => line.StartsWith("rest_client_requests_total{", StringComparison.Ordinal)
            && (line.Contains("method=\"DELETE\"", StringComparison.Ordinal)
                || line.Contains("method=\"POST\"", StringComparison.Ordinal)));
    }

    /// <summary>The plans that it has made of specs.</summary>
    public async Task<double> PlansAsync()
    {
        var counters = 0;
        var plans = await CountAsync(line => line.StartsWith("graft_plans_total ", StringComparison.Ordinal) && ++counters > 0);
        // It is there from the start: a metric of another name must not read as none.
        Assert.Equal(1, counters);
        return plans;
    }

    /// <summary>How often it has looked at a run.</summary>
    public async Task<double> LooksAsync()
    {
        return await CountAsync(
            line => line.StartsWith("controller_runtime_reconcile_total{controller=\"adaptertrainingrun\"", StringComparison.Ordinal));
    }

    private async Task<double> CountAsync(Func<string, bool> counts)
    {
        var text = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{_port}/metrics"), TestContext.Current.CancellationToken);
        return text.Split('\n').Where(counts).Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Sends a signal, such as <c>STOP</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Kills it, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Kills it, where it still runs; it may be disposed of again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _http.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        Assert.False(_process.HasExited, Log);
        try
        {
            using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{_port}/readyz"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
