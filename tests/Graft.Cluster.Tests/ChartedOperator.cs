using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>
/// The operator as a process with what the chart would give its pod: the variables of the installed Deployment, and a token of its
/// account, so that it may do what the chart allows and nothing else.
/// </summary>
public sealed class ChartedOperator : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TemporaryFolder _folder;
    private readonly ConcurrentQueue<string> _log = new();

    private ChartedOperator(Process process, TemporaryFolder folder)
    {
        _process = process;
        _folder = folder;
        process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Starts it.</summary>
    /// <param name="server">The API server.</param>
    /// <param name="name">The name of the installed Deployment and of its account.</param>
    /// <param name="ns">Their namespace.</param>
    /// <param name="served">The one namespace that it serves, where it is confined to one.</param>
    public static async Task<ChartedOperator> StartAsync(ControlPlane server, string name, string ns, string? served = null)
    {
        var kubectl = server.Kubectl;
        var folder = new TemporaryFolder();
        var kubeconfig = Path.Combine(folder.Path, "kubeconfig");
        var token = (await kubectl.RunAsync("--namespace", ns, "create", "token", name)).Succeeded().Trim();
        await File.WriteAllTextAsync(
            kubeconfig,
            $$"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: test
              cluster: {server: "{{server.Address}}", certificate-authority: "{{server.CertificateAuthority}}"}
            users:
            - name: operator
              user: {token: "{{token}}"}
            contexts:
            - name: test
              context: {cluster: test, user: operator}
            current-context: test
            """,
            TestContext.Current.CancellationToken);

        var start = new ProcessStartInfo(Programs.Built("Graft.Operator", "graft-operator"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var variables = await kubectl.TextAsync(
            ns, "deployment", name, "{range .spec.template.spec.containers[0].env[?(@.value)]}{.name}={.value}{\"\\n\"}{end}");
        foreach (var variable in variables.Split('\n').Select(line => line.Split('=', 2)))
        {
            start.Environment[variable[0]] = variable[1];
        }

        Assert.Equal(served, start.Environment.TryGetValue("Graft__WatchNamespace", out var watched) ? watched : null);
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["Graft__PodName"] = $"{name}-pod";
        start.Environment["Graft__PodNamespace"] = ns;
        // Any free ports: there is no pod of its own.
        start.Environment["Graft__HttpPort"] = "0";
        start.Environment["Graft__ReportPort"] = "0";
        return new ChartedOperator(Process.Start(start)!, folder);
    }

    /// <summary>Waits until it leads, and with that has made its certificate authority.</summary>
    public async Task LeadsAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (!_log.Any(line => line.Contains(" leads", StringComparison.Ordinal)))
        {
            var log = string.Join('\n', _log);
            var waits = !_process.HasExited && Stopwatch.GetElapsedTime(started) < Kubectl.Patience;
            Assert.True(waits, $"The operator does not lead. Its log:\n{log}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain(_log, line => line.Contains("orbidden", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _folder.Dispose();
    }
}
