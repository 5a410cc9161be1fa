using System.Diagnostics;
using System.Globalization;
using Graft.Operator.Runtime;
using Graft.Tests;
using k8s;
using k8s.Models;
using Prometheus;
using Xunit;

[assembly: AssemblyFixture(typeof(Graft.Operator.Tests.Server.ApiServer))]

namespace Graft.Operator.Tests.Server;

/// <summary>
/// A real etcd, API server, controller manager and scheduler, for all tests of this assembly that need one; no node. Where the
/// programs are missing the tests are skipped with the line that says how to get them.
/// </summary>
public sealed class ApiServer : IAsyncLifetime
{
    /// <summary>Tests that use it run one after the other: some of them kill parts of it.</summary>
    public const string Collection = "API server";

    private const int Unavailable = 77;
    private readonly string _state = Path.Combine(Path.GetTempPath(), $"graft-operator-tests-{Environment.ProcessId}");
    private readonly string _port = FreePorts.Take(following: 7).ToString(CultureInfo.InvariantCulture);
    private readonly Lazy<Task<string?>> _start;
    private int _namespaces;

    public ApiServer()
    {
        _start = new Lazy<Task<string?>>(StartAsync);
    }

    /// <summary>The checkout.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The administrator's kubeconfig.</summary>
    public string Kubeconfig => Path.Combine(_state, "pki", "admin.kubeconfig");

    /// <summary>A client of the tests' own.</summary>
    public ApiClient Client => field ??= new ApiClient(
        KubernetesClientConfiguration.BuildConfigFromConfigFile(Kubeconfig),
        new ApiClientOptions { QueriesPerSecond = 1000, Burst = 1000 },
        new RuntimeMetrics(Metrics.NewCustomRegistry()),
        TimeProvider.System);

    public ValueTask InitializeAsync()
    {
        return ValueTask.CompletedTask;
    }

    /// <summary>Starts it with the first test that needs it; skips the test where it cannot be had.</summary>
    public async Task RequireAsync()
    {
        if (await _start.Value is { } missing)
        {
            Assert.Skip(missing);
        }
    }

    /// <summary>A namespace of the test's own, in which only pods that meet the restricted standard are admitted.</summary>
    public async Task<string> CreateNamespaceAsync()
    {
        var name = $"test-{Interlocked.Increment(ref _namespaces)}";
        await new ResourceClient<V1Namespace>(Client).CreateAsync(
            new V1Namespace
            {
                Metadata = new V1ObjectMeta
                {
                    Name = name,
                    Labels = new Dictionary<string, string> { ["pod-security.kubernetes.io/enforce"] = "restricted" },
                },
            },
            "tests",
            TestContext.Current.CancellationToken);
        return name;
    }

    /// <summary>Stops, kills or starts a part, as <c>eng/cluster/cluster.sh</c> does.</summary>
    public async Task ControlAsync(string verb, string part)
    {
        var (code, output) = await ScriptAsync(verb, part);
        Assert.True(code == 0, output);
    }

    public async ValueTask DisposeAsync()
    {
        if (_start.IsValueCreated)
        {
            await ScriptAsync("down");
        }
    }

    /// <summary>Runs kubectl as the administrator.</summary>
    public Task<(int Code, string Output)> KubectlAsync(params string[] arguments)
    {
        return ScriptAsync(["exec", "kubectl", .. arguments]);
    }

    private async Task<string?> StartAsync()
    {
        var (code, output) = await ScriptAsync("up");
        if (code == Unavailable)
        {
            return output.Trim();
        }

        Assert.True(code == 0, output);
        var crds = new ResourceClient<V1CustomResourceDefinition>(Client);
        foreach (var file in Directory.GetFiles(Path.Combine(Repository, "crds"), "*.yaml"))
        {
            var crd = KubernetesYaml.Deserialize<V1CustomResourceDefinition>(await File.ReadAllTextAsync(file));
            await crds.CreateAsync(crd, "tests", CancellationToken.None);
            await Eventually.TrueAsync(
                $"{crd.Metadata.Name} is served",
                async () => (await crds.GetAsync(new ObjectKey("", crd.Metadata.Name), CancellationToken.None)).Status?.Conditions?
                    .Any(condition => condition is { Type: "Established", Status: "True" }) == true);
        }

        return null;
    }

    private async Task<(int Code, string Output)> ScriptAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository, "eng", "cluster", "cluster.sh"), .. arguments])
        {
            // To a file, not a pipe: what the script starts keeps its end of it open.
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["STATE"] = _state;
        start.Environment["PORT"] = _port;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("Operator.sln is in no folder above the tests.");
    }
}

/// <summary>Waits for what comes in its own time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Waits until something is so.</summary>
    public static async Task TrueAsync(string what, Func<Task<bool>> condition, TimeSpan? patience = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < (patience ?? Patience), $"It did not come to pass that {what}.");
            await Task.Delay(50);
        }
    }
}
