using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Graft.Tests;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>Debian's docker-registry on a free port of loopback, with a store of its own.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private static readonly SemaphoreSlim Installing = new(1, 1);

    private readonly TemporaryFolder _temporary = new();
    private Process? _process;

    private RegistryServer(int port)
    {
        Port = port;
    }

    public int Port { get; }

    public string Host => $"127.0.0.1:{Port}";

    public string Store => _temporary.At("store");

    /// <summary>Starts a registry, or skips the test where there is none.</summary>
    /// <param name="authentication">The <c>auth</c> section of its configuration, or nothing.</param>
    /// <param name="tls">The <c>tls</c> section, or nothing.</param>
    public static async Task<RegistryServer> StartAsync(string authentication = "", string tls = "")
    {
        if (!await IsInstalledAsync())
        {
            Assert.Skip("Needs docker-registry: apt-get install docker-registry");
        }

        var server = new RegistryServer(FreePorts.Take());
        await server.LaunchAsync(authentication, tls);
        return server;
    }

    public string Write(string file, string content)
    {
        File.WriteAllText(_temporary.At(file), content);
        return _temporary.At(file);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _temporary.Dispose();
    }

    private async Task LaunchAsync(string authentication, string tls)
    {
        var configuration = Write("config.yml", $$$"""
            version: 0.1
            log: {level: error, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: {{{Store}}}}, delete: {enabled: true}}
            http: {addr: "{{{Host}}}", relativeurls: true, {{{tls}}} }
            {{{authentication}}}
            """);
        _process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", configuration])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true
        })!;
        _ = _process.StandardError.ReadToEndAsync();
        _ = _process.StandardOutput.ReadToEndAsync();
        for (var attempt = 0; attempt < 200 && !_process.HasExited; attempt++)
        {
            try
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        throw new InvalidOperationException("docker-registry did not start.");
    }

    private static async Task<bool> IsInstalledAsync()
    {
        await Installing.WaitAsync();
        try
        {
            if (await SucceedsAsync("which", "docker-registry"))
            {
                return true;
            }

            return Environment.IsPrivilegedProcess && await SucceedsAsync(
                "sh", "-c", "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker-registry");
        }
        finally
        {
            Installing.Release();
        }
    }

    private static async Task<bool> SucceedsAsync(string program, params string[] arguments)
    {
        try
        {
            using var run = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            _ = run.StandardError.ReadToEndAsync();
            _ = run.StandardOutput.ReadToEndAsync();
            await run.WaitForExitAsync();
            return run.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
