using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Graft.Cli.Display;
using Graft.Common;
using Graft.Programs.Charts;

namespace Graft.Cli.Cluster;

/// <summary>Reads a run's metrics over MLflow's REST API.</summary>
public static class MlflowHistory
{
    private const string TrainingLoss = "train/loss";
    private const string HeldOutLoss = "eval/loss";

    /// <summary>The longest answer that is read, in bytes: ten thousand points take a tenth of it.</summary>
    private const long LargestAnswer = 16L << 20;

    /// <summary>Of ten thousand points each; a server whose pages do not end is left.</summary>
    private const int MostPages = 100;

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
            return $"MLflow at {server} did not answer as MLflow does ({error.Message.TrimEnd('.')})";
        }
    }

    private static async Task AddAsync(
        HttpClient client, string runId, string metric, LossHistory history, CancellationToken cancellationToken)
    {
        var page = "";
        for (var pages = 0; pages < MostPages; pages++)
        {
            var query = $"run_id={Uri.EscapeDataString(runId)}&metric_key={Uri.EscapeDataString(metric)}&max_results=10000{page}";
            var address = new Uri($"api/2.0/mlflow/metrics/get-history?{query}", UriKind.Relative);
            var json = await client.GetByteArrayAsync(address, cancellationToken).ConfigureAwait(false);
            var answer = JsonFields.Parse(json, "the history of " + metric, (message, cause) => new JsonException(message, cause));
            foreach (var point in answer.Sections("metrics"))
            {
                // NaN and infinities come as strings and cannot be drawn.
                if (point.Has("value") && !point.IsText("value"))
                {
                    history.Add(Step(point), point.Double("value"));
                }
            }

            if (answer.Text("next_page_token") is not { Length: > 0 } token)
            {
                return;
            }

            page = "&page_token=" + Uri.EscapeDataString(token);
        }
    }

    private static long Step(JsonFields point)
    {
        // A step of 0 is left out by some servers. Protobuf's JSON writes 64-bit numbers as strings; MLflow's does either.
        return !point.Has("step") ? 0
            : !point.IsText("step") ? point.Int("step")
            : long.TryParse(point.Text("step"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step) ? step
            : throw point.Wrong("step", "a whole number");
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
