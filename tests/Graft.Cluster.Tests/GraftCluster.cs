using System.Globalization;
using Graft.Tests;
using Xunit;
using Xunit.Sdk;

namespace Graft.Cluster.Tests;

/// <summary>
/// A real Kubernetes with one node and a registry, on which Graft is installed from its chart and its images as a user would.
/// Started once for all tests of the collection; where it cannot be started, they are skipped with the reason.
/// </summary>
/// <remarks><c>GRAFT_CLUSTER_KEEP=1</c> leaves it running afterwards, to look at; its folder is named in the output.</remarks>
public sealed class GraftCluster : IAsyncLifetime
{
    /// <summary>The namespace of the operator.</summary>
    public const string SystemNamespace = "graft-system";

    /// <summary>The registry as the node, its pods and programs in the namespace reach it.</summary>
    public const string Registry = "10.88.0.1:5000";

    private const int CannotRunHere = 77;
    private static readonly string StatePrefix = Path.Combine(Path.GetTempPath(), "graft-test-");
    private readonly string _state = StatePrefix + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private string? _unavailable;
    private int _namespaces;

    /// <summary>kubectl, with the admin's rights.</summary>
    public Kubectl Kubectl { get; }

    /// <summary>Whether there is a cluster on this machine.</summary>
    public bool IsAvailable => _unavailable is null;

    /// <summary>The MLflow in which runs are recorded; null where there is none to start.</summary>
    public MlflowServer? Mlflow { get; private set; }

    /// <summary>What `make push-images` printed.</summary>
    public string Pushed { get; private set; } = "";

    /// <summary>Where the node's containerd listens.</summary>
    public string Containerd => Path.Combine(_state, "run", "containerd.sock");

    /// <summary>Who wrote what to the API server.</summary>
    public AuditLog Audit { get; }

    public GraftCluster()
    {
        Kubectl = new Kubectl(ExecAsync);
        Audit = new AuditLog(Path.Combine(_state, "run", "audit.log"));
    }

    public async ValueTask InitializeAsync()
    {
        await RemoveLeftoversAsync();
        foreach (var requirement in new[] { ClusterAsync(_state, "check"), Shell.RunAsync("eng/helm.sh") })
        {
            var met = await requirement;
            if (met.ExitCode == CannotRunHere)
            {
                _unavailable = met.Output.Trim();
                return;
            }

            met.Succeeded();
        }

        Figures.Begin();
        (await ClusterAsync(_state, "up", "--node")).Succeeded();
        var port = FreePorts.Take();
        (await ClusterAsync(_state, "registry", port.ToString(CultureInfo.InvariantCulture))).Succeeded();
        Mlflow = await MlflowServer.StartAsync(Path.Combine(_state, "mlflow"), ExecAsync);
        Pushed = await PushImagesAsync($"127.0.0.1:{port}");
        await InstallAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Environment.GetEnvironmentVariable("GRAFT_CLUSTER_KEEP") == "1")
        {
            TestContext.Current.SendDiagnosticMessage(
                "the cluster is kept: STATE={0} eng/cluster/cluster.sh exec kubectl get pods -A", _state);
            return;
        }

        if (Directory.Exists(_state))
        {
            await (Mlflow?.StopAsync() ?? Task.CompletedTask);
            (await ClusterAsync(_state, "down")).Succeeded();
        }
    }

    /// <summary>Skips the running test where there is no cluster.</summary>
    public void Require()
    {
        Assert.SkipUnless(IsAvailable, _unavailable ?? "");
    }

    /// <summary>Makes a namespace for a test, which admits restricted pods only.</summary>
    public async Task<string> CreateNamespaceAsync(string prefix)
    {
        var name = $"{prefix}-{Interlocked.Increment(ref _namespaces)}";
        await Kubectl.ApplyAsync(
            $$"""
            apiVersion: v1
            kind: Namespace
            metadata:
              name: {{name}}
              labels: {pod-security.kubernetes.io/enforce: restricted}
            """);
        return name;
    }

    /// <summary>Runs a program where the API server and the registry are reached.</summary>
    public Task<ShellResult> ExecAsync(ShellCommand command, CancellationToken cancellationToken = default)
    {
        return Shell.RunAsync(command with
        {
            Program = "eng/cluster/cluster.sh",
            Arguments = ["exec", command.Program, .. command.Arguments],
            Environment = new Dictionary<string, string>(command.Environment ?? new Dictionary<string, string>()) { ["STATE"] = _state },
        }, cancellationToken);
    }

    /// <inheritdoc cref="ExecAsync(ShellCommand, CancellationToken)"/>
    public Task<ShellResult> ExecAsync(string program, params string[] arguments)
    {
        return ExecAsync(new ShellCommand(program, arguments));
    }

    /// <summary>Kills the first process of a pod's first container, as the kernel would for lack of memory: without a word.</summary>
    public async Task KillContainerAsync(string ns, string pod)
    {
        var id = await Kubectl.TextAsync(ns, "pod", pod, "{.status.containerStatuses[0].containerID}");
        var container = id["containerd://".Length..];
        (await Shell.RunAsync(
            "ctr", "--address", Containerd, "--namespace", "k8s.io", "task", "kill", "--signal", "SIGKILL", container)).Succeeded();
    }

    /// <summary>Installs Graft as README says, and upgrades it to what the tests need besides.</summary>
    public async Task InstallAsync()
    {
        await Kubectl.ApplyAsync(
            $$"""
            apiVersion: v1
            kind: Namespace
            metadata:
              name: {{SystemNamespace}}
              labels: {pod-security.kubernetes.io/enforce: restricted}
            """);
        using var reader = await ReaderShell.OpenAsync(ExecAsync, "default");
        (await reader.RunAsync(DocumentedCommands.FirstInstall, more: DocumentedCommands.WithoutTls)).Succeeded();
        var mlflow = Mlflow is null ? "" : $" --set tracking.uri={MlflowServer.TrackingUri}";
        var upgraded = await reader.RunAsync(
            DocumentedCommands.Upgrade, more: $" --timeout 5m --set argocd.healthChecks.enabled=true{mlflow}");
        if (upgraded.ExitCode != 0)
        {
            var story = await Kubectl.RunAsync("--namespace", SystemNamespace, "describe", "pods");
            var log = await Kubectl.RunAsync("--namespace", SystemNamespace, "logs", "deployment/graft", "--tail=50");
            throw new XunitException(upgraded.Output + upgraded.Error + story.Output + log.Output + log.Error);
        }
    }

    /// <summary>README's first command, outside of the cluster's network: to build takes packages. The registry is the cluster's.</summary>
    private static async Task<string> PushImagesAsync(string registry)
    {
        var command = DocumentedCommands.PushImages.Replace("registry.example", registry, StringComparison.Ordinal);
        var pushed = await Shell.RunAsync(new ShellCommand("bash", "-c", command)
        {
            // Those of the make that runs the tests are not meant for it.
            Environment = new Dictionary<string, string> { ["MAKEFLAGS"] = "", ["MAKELEVEL"] = "0" },
        });
        return pushed.Succeeded();
    }

    private static Task<ShellResult> ClusterAsync(string state, params string[] arguments)
    {
        return Shell.RunAsync(new ShellCommand("eng/cluster/cluster.sh", arguments)
        {
            Environment = new Dictionary<string, string> { ["STATE"] = state },
        });
    }

    // A killed test run leaves its cluster behind; its folder says whose it was.
    private static async Task RemoveLeftoversAsync()
    {
        foreach (var state in Directory.GetDirectories(Path.GetTempPath(), Path.GetFileName(StatePrefix) + "*"))
        {
            var owner = state[StatePrefix.Length..];
            if (owner.All(char.IsAsciiDigit) && !Directory.Exists($"/proc/{owner}"))
            {
                await ClusterAsync(state, "down");
            }
        }
    }
}

/// <summary>The tests that share the cluster; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<GraftCluster>
{
    public const string Name = "cluster";
}
