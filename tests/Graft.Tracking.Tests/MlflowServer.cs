using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Graft.Tracking.Tests;

/// <summary>A running MLflow server with a state folder of its own, and a plain reader of what it recorded.</summary>
internal sealed class MlflowServer : IAsyncDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly HttpClient _client = new();

    private MlflowServer()
    {
    }

    public string Uri { get; private set; } = "";

    public int Port => new Uri(Uri).Port;

    public Dictionary<string, string> Environment { get; } = [];

    public static async Task<MlflowServer> StartAsync(params string[] options)
    {
        var server = new MlflowServer();
        await server.StartAgainAsync(["--port", "0", .. options]);
        return server;
    }

    public async Task StartAgainAsync(params string[] options)
    {
        var printed = await MlflowInstallation.RunAsync(["start", "--state", _temporary.Path, .. options]);
        foreach (var line in printed.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = (line[..line.IndexOf('=')], line[(line.IndexOf('=') + 1)..]);
            Environment[key] = value;
        }

        Uri = Environment["MLFLOW_TRACKING_URI"];
        if (Environment.TryGetValue("MLFLOW_TRACKING_PASSWORD", out var password))
        {
            var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Environment["MLFLOW_TRACKING_USERNAME"]}:{password}"));
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", basic);
        }
    }

    public Task CrashAsync()
    {
        return MlflowInstallation.RunAsync(["stop", "--kill", "--state", _temporary.Path]);
    }

    public Task PauseAsync()
    {
        return MlflowInstallation.RunAsync(["pause", "--state", _temporary.Path]);
    }

    public Task ResumeAsync()
    {
        return MlflowInstallation.RunAsync(["resume", "--state", _temporary.Path]);
    }

    public async Task<JsonElement> GetRunAsync(string runId)
    {
        return (await GetAsync($"api/2.0/mlflow/runs/get?run_id={runId}")).GetProperty("run");
    }

    /// <summary>The runs of an experiment.</summary>
    public async Task<IReadOnlyList<JsonElement>> GetRunsAsync(string experimentId)
    {
        var answer = await PostAsync("runs/search", new { experiment_ids = new[] { experimentId }, max_results = 100 });
        return answer.TryGetProperty("runs", out var runs) ? [.. runs.EnumerateArray()] : [];
    }

    /// <summary>The points of a curve as "step:value", in order of step.</summary>
    public async Task<IReadOnlyList<string>> GetPointsAsync(string runId, string key)
    {
        var answer = await GetAsync(
            $"api/2.0/mlflow/metrics/get-history?run_id={runId}&metric_key={System.Uri.EscapeDataString(key)}&max_results=25000");
        return answer.TryGetProperty("metrics", out var metrics)
            ? [.. metrics.EnumerateArray().OrderBy(m => m.GetProperty("step").GetInt64()).Select(
                m => $"{m.GetProperty("step")}:{m.GetProperty("value")}")]
            : [];
    }

    public async Task<string> GetArtifactAsync(string runId, string path)
    {
        return await _client.GetStringAsync(new Uri($"{Uri}/get-artifact?run_uuid={runId}&path={System.Uri.EscapeDataString(path)}"));
    }

    public async Task<JsonElement> PostAsync(string call, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync(new Uri($"{Uri}/api/2.0/mlflow/{call}"), content);
        using var document = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        await MlflowInstallation.RunAsync(["stop", "--kill", "--state", _temporary.Path]);
        _client.Dispose();
        _temporary.Dispose();
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var document = JsonDocument.Parse(await _client.GetStringAsync(new Uri($"{Uri}/{path}")));
        return document.RootElement.Clone();
    }
}
