using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Graft.Cli.Display;

namespace Graft.Cli.Cluster;

/// <summary>Reads a run's metrics over MLflow's REST API.</summary>
public static class MlflowHistory
{
    private const string TrainingLoss = "train/loss";
    private const string HeldOutLoss = "eval/loss";

    /// <summary>The longest answer that is read, in bytes: ten thousand points take a tenth of it.</summary>
    private const long LargestAnswer = 16L << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Adds a run's losses to a state.</summary>
    /// <param name="uri">
    /// Where the run is in MLflow's pages; <c>MLFLOW_TRACKING_URI</c> wins, for servers that are known by another address inside the
    /// cluster.
    /// </param>
    /// <param name="runId">The run.</param>
    /// <param name="state">Takes in the losses.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Why nothing was read, if nothing was.</returns>
    public static async Task<string> ReadAsync(string uri, string runId, RunProgressState state, CancellationToken cancellationToken)
    {
        var named = Environment.GetEnvironmentVariable("MLFLOW_TRACKING_URI") is { Length: > 0 } variable ? variable : null;
        var server = named ?? uri.Split("/#")[0];
        if (!Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var root)
            || !root.Scheme.StartsWith("http", StringComparison.Ordinal))
        {
            return $"MLflow is at '{server}', which is not an HTTP address";
        }

        using var handler = new SocketsHttpHandler();
        using var client = new HttpClient(handler) { BaseAddress = root, Timeout = Patience, MaxResponseContentBufferSize = LargestAnswer };
        // The credentials of the environment are for the server that the environment names, not for one that a run names.
        client.DefaultRequestHeaders.Authorization = named is null ? null : Credentials();
        try
        {
            await AddAsync(client, runId, TrainingLoss, state.Training, cancellationToken).ConfigureAwait(false);
            await AddAsync(client, runId, HeldOutLoss, state.HeldOut, cancellationToken).ConfigureAwait(false);
            return $"MLflow at {server} has no losses of it yet";
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            return $"MLflow at {server} did not answer ({error.Message})";
        }
    }

    private static async Task AddAsync(
        HttpClient client, string runId, string metric, LossHistory history, CancellationToken cancellationToken)
    {
        var page = "";
        do
        {
            var query = $"run_id={Uri.EscapeDataString(runId)}&metric_key={Uri.EscapeDataString(metric)}&max_results=10000{page}";
            var address = new Uri($"api/2.0/mlflow/metrics/get-history?{query}", UriKind.Relative);
            using var document = JsonDocument.Parse(await client.GetStringAsync(address, cancellationToken).ConfigureAwait(false));
            if (document.RootElement.TryGetProperty("metrics", out var points))
            {
                foreach (var point in points.EnumerateArray())
                {
                    // NaN and infinities come as strings and cannot be drawn; a step of 0 is left out by some servers.
                    if (point.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.Number)
                    {
                        history.Add(Step(point), value.GetDouble());
                    }
                }
            }

            page = document.RootElement.TryGetProperty("next_page_token", out var next) && next.GetString() is { Length: > 0 } token
                ? "&page_token=" + Uri.EscapeDataString(token)
                : "";
        }
        while (page.Length > 0);
    }

    private static long Step(JsonElement point)
    {
        if (!point.TryGetProperty("step", out var step))
        {
            return 0;
        }

        // Protobuf's JSON writes 64-bit numbers as strings; MLflow's does either.
        return step.ValueKind == JsonValueKind.String ? long.Parse(step.GetString()!, CultureInfo.InvariantCulture) : step.GetInt64();
    }

    private static AuthenticationHeaderValue? Credentials()
    {
        if (Environment.GetEnvironmentVariable("MLFLOW_TRACKING_TOKEN") is { Length: > 0 } token)
        {
            return new AuthenticationHeaderValue("Bearer", token);
        }

        var user = Environment.GetEnvironmentVariable("MLFLOW_TRACKING_USERNAME");
        var password = Environment.GetEnvironmentVariable("MLFLOW_TRACKING_PASSWORD");
        return user is null
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
    }
}
