using System.Globalization;
using Graft.Tests;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>
/// A real etcd and API server with its controllers, and no node: what it takes to see what Helm and the API server make of the chart.
/// Started once for the tests of its class; where it cannot be started, they are skipped with the reason.
/// </summary>
public sealed class ControlPlane : IAsyncLifetime
{
    private const int CannotRunHere = 77;
    private readonly string _state = Path.Combine(Path.GetTempPath(), $"graft-chart-{Environment.ProcessId}");
    private readonly string _port = FreePorts.Take(following: 7).ToString(CultureInfo.InvariantCulture);
    private string? _unavailable;
    private int _namespaces;

    public ControlPlane()
    {
        Kubectl = new Kubectl((command, cancellationToken) => ExecAsync(command, cancellationToken));
    }

    /// <summary>kubectl, with the admin's rights.</summary>
    public Kubectl Kubectl { get; }

    /// <summary>The API server's address.</summary>
    public string Address => $"https://127.0.0.1:{_port}";

    /// <summary>The file with the certificate of the API server's authority.</summary>
    public string CertificateAuthority => Path.Combine(_state, "pki", "ca.crt");

    public async ValueTask InitializeAsync()
    {
        var helm = await Shell.RunAsync("eng/helm.sh");
        var started = helm.ExitCode == 0 ? await ClusterAsync(new ShellCommand("", "up")) : helm;
        if (started.ExitCode == CannotRunHere)
        {
            _unavailable = started.Output.Trim();
            return;
        }

        started.Succeeded();
    }

    public async ValueTask DisposeAsync()
    {
        if (_unavailable is null)
        {
            (await ClusterAsync(new ShellCommand("", "down"))).Succeeded();
        }
    }

    /// <summary>Skips the running test where there is no API server.</summary>
    public void Require()
    {
        Assert.SkipUnless(_unavailable is null, _unavailable ?? "");
    }

    /// <summary>A namespace of the test's own.</summary>
    public async Task<string> CreateNamespaceAsync(string prefix)
    {
        var name = $"{prefix}-{Interlocked.Increment(ref _namespaces)}";
        (await Kubectl.RunAsync("create", "namespace", name)).Succeeded();
        return name;
    }

    /// <summary>Runs helm against the API server.</summary>
    public async Task<ShellResult> HelmAsync(params string[] arguments)
    {
        return await ExecAsync(new ShellCommand(await Helm.PathAsync(), arguments));
    }

    /// <summary>Runs a program with the administrator's kubeconfig.</summary>
    public Task<ShellResult> ExecAsync(ShellCommand command, CancellationToken cancellationToken = default)
    {
        return ClusterAsync(command with { Arguments = ["exec", command.Program, .. command.Arguments] }, cancellationToken);
    }

    private Task<ShellResult> ClusterAsync(ShellCommand command, CancellationToken cancellationToken = default)
    {
        return Shell.RunAsync(
            command with
            {
                Program = "eng/cluster/cluster.sh",
                Environment = new Dictionary<string, string>(command.Environment ?? new Dictionary<string, string>())
                {
                    ["STATE"] = _state,
                    ["PORT"] = _port,
                },
            },
            cancellationToken);
    }
}
