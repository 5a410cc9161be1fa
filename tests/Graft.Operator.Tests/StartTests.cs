using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Graft.Operator.Tests.Server;
using Graft.Tests;
using Xunit;

namespace Graft.Operator.Tests;

/// <summary>The operator program with settings that it cannot start with: a sentence and an exit status, never a stack trace.</summary>
public sealed class StartTests : IDisposable
{
    private static readonly string Kubeconfig = TokenKubeconfig.For("http://127.0.0.1:1");

    /// <summary>For one that starts after all, and so does not end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("graft-start-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("Graft__HttpPort", "many", "Graft:HttpPort")]
    [InlineData("Graft__LeaderElection", "perhaps", "Graft:LeaderElection")]
    [InlineData("Graft__Inspect__Pod", "{", "Inspect:Pod")]
    [InlineData("Graft__Inspect__Pod", """{"memmory":"1Gi"}""", "memmory")]
    public async Task A_setting_that_cannot_be_read_is_named(string name, string value, string named)
    {
        var error = await FailsAsync(Write(Kubeconfig), (name, value));

        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Contains("Graft__", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ rubbish")]
    [InlineData("apiVersion: v1\nkind: Config\ncurrent-context: missing\n")]
    [InlineData("apiVersion: v1\nkind: Config\n")]
    [InlineData("")]
    [InlineData("apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n"
        + "clusters: [{name: a, cluster: {server: 'https://127.0.0.1:1', certificate-authority-data: '?'}}]\nusers: [{name: a, user: {token: a}}]\n")]
    public async Task A_kubeconfig_that_cannot_be_used_is_told(string content)
    {
        Assert.Contains("kubeconfig", await FailsAsync(Write(content)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kubeconfig_that_is_missing_is_named()
    {
        var missing = Path.Combine(_folder, "missing");
        Assert.Contains(missing, await FailsAsync(missing), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Graft__HttpPort")]
    [InlineData("Graft__ReportPort")]
    public async Task A_port_that_is_taken_is_named(string setting)
    {
        using var taken = new TcpListener(IPAddress.Any, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Assert.Contains(port, await FailsAsync(Write(Kubeconfig), (setting, port)), StringComparison.Ordinal);
    }

    private string Write(string content)
    {
        var file = Path.Combine(_folder, "kubeconfig");
        File.WriteAllText(file, content);
        return file;
    }

    /// <summary>Starts the operator, which ends by itself; returns the line that it says.</summary>
    private static async Task<string> FailsAsync(string kubeconfig, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(OperatorProcess.Program()) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = kubeconfig;
        // Without it nothing listens on the port of reports.
        start.Environment["Graft__ReportUrl"] = "https://127.0.0.1";
        start.Environment["Graft__HttpPort"] = $"{FreePorts.Take()}";
        start.Environment["Graft__ReportPort"] = $"{FreePorts.Take()}";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            Assert.True(process.ExitCode == 2, $"{process.ExitCode}: {await output}{error}");
            Assert.DoesNotContain("   at ", await output + error, StringComparison.Ordinal);
            return Assert.Single(error.TrimEnd().Split('\n'));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
