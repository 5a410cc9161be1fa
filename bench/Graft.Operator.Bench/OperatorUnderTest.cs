using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Graft.Tests;

namespace Graft.Operator.Bench;

/// <summary>The operator program, as a process of its own; its settings come from the environment (<c>Graft__ApiQps</c>…).</summary>
internal sealed class OperatorUnderTest : IDisposable
{
    private const int Kibibyte = 1024;
    private readonly Process _process;

    private OperatorUnderTest(Process process)
    {
        _process = process;
    }

    /// <summary>The operator as it was built along with this program.</summary>
    public static string Built { get; } = Path.Combine(
        AppContext.BaseDirectory.TrimEnd('/').Replace(
            "Graft.Operator.Bench", "Graft.Operator", StringComparison.Ordinal), "graft-operator");

    /// <summary>From the start of the process to the first time that it was ready.</summary>
    public TimeSpan StartUp { get; private set; }

    /// <summary>Starts it for a namespace and waits until it is ready.</summary>
    public static async Task<OperatorUnderTest> StartAsync(string program, string @namespace)
    {
        var port = FreePorts.Take();
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Graft__WatchNamespace"] = @namespace;
        start.Environment["Graft__PodNamespace"] = @namespace;
        start.Environment["Graft__LeaderElection"] = "false";
        start.Environment["Graft__ArtifactRepository"] = "registry.example/adapters";
        start.Environment["Graft__HttpPort"] = port.ToString(CultureInfo.InvariantCulture);
        var clock = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        var log = new ConcurrentQueue<string?>();
        process.OutputDataReceived += (_, line) => log.Enqueue(line.Data);
        process.ErrorDataReceived += (_, line) => log.Enqueue(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient();
        while (!await IsReadyAsync(http, port))
        {
            if (process.HasExited || clock.Elapsed > TimeSpan.FromMinutes(2))
            {
                throw new InvalidOperationException($"The operator did not get ready. Its log:\n{string.Join('\n', log)}");
            }

            await Task.Delay(10);
        }

        return new OperatorUnderTest(process) { StartUp = clock.Elapsed };
    }

    /// <summary>Its resident memory.</summary>
    public long ResidentMebibytes()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / Kibibyte;
    }

    /// <summary>The processor time that it has used.</summary>
    public double CpuSeconds()
    {
        _process.Refresh();
        return _process.TotalProcessorTime.TotalSeconds;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, int port)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/readyz"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
