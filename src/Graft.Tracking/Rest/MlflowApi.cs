using System.Globalization;
using System.Text.Json;
using Graft.Tracking.Spool;

namespace Graft.Tracking.Rest;

/// <summary>A run on the server.</summary>
/// <param name="ExperimentId">Its experiment.</param>
/// <param name="RunId">Its id.</param>
/// <param name="ArtifactUri">Where the server wants its artifacts.</param>
/// <param name="IsDeleted">Whether somebody moved it to the bin: it refuses everything then.</param>
/// <param name="MetricKeys">The metrics that it has.</param>
internal sealed record MlflowRun(string ExperimentId, string RunId, string ArtifactUri, bool IsDeleted, IReadOnlyList<string> MetricKeys);

/// <summary>The calls of MLflow's REST API that a training run needs.</summary>
internal sealed class MlflowApi(MlflowHttp http)
{
    // Always sent: servers from 3.1 to 3.13 answer an empty page and a token that never advances without it (mlflow#23916).
    private const int HistoryPage = 25000;

    /// <summary>The id of the experiment of that name, which is created if there is none.</summary>
    public async Task<string> FindOrCreateExperimentAsync(string name, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var found = (await http.GetAsync($"experiments/get-by-name?experiment_name={Uri.EscapeDataString(name)}", cancellationToken)
                    .ConfigureAwait(false)).GetProperty("experiment");
                return Text(found, "lifecycle_stage") == "deleted"
                    ? throw new MlflowException(
                        MlflowFailure.Denied, $"The experiment '{name}' is deleted on the server. Restore it there, or name another one")
                    : Text(found, "experiment_id");
            }
            catch (MlflowException error) when (error.Failure == MlflowFailure.NotFound && attempt == 0)
            {
                try
                {
                    return Text(
                        await http.PostAsync("experiments/create", new { name }, cancellationToken).ConfigureAwait(false), "experiment_id");
                }
                catch (MlflowException taken) when (taken.ErrorCode == "RESOURCE_ALREADY_EXISTS")
                {
                    // Another run created it in between.
                }
            }
        }
    }

    /// <summary>The active run that carries the tag, or null.</summary>
    public async Task<MlflowRun?> FindRunAsync(string experimentId, string tag, string value, CancellationToken cancellationToken)
    {
        // The filter language has no escape for a quote; a uid with one is compared after a wildcard instead.
        var pattern = value.Replace('\'', '_');
        var comparison = pattern == value ? "=" : "LIKE";
        var answer = await http.PostAsync(
            "runs/search",
            new
            {
                experiment_ids = new[] { experimentId },
                filter = $"tags.`{tag}` {comparison} '{pattern}'",
                run_view_type = "ACTIVE_ONLY",
                max_results = 100,
                order_by = new[] { "attributes.start_time ASC" },
            },
            cancellationToken).ConfigureAwait(false);
        foreach (var run in Items(answer, "runs"))
        {
            if (Items(run.GetProperty("data"), "tags").Any(t => Text(t, "key") == tag && Text(t, "value") == value))
            {
                return Run(run);
            }
        }

        return null;
    }

    public async Task<MlflowRun> GetRunAsync(string runId, CancellationToken cancellationToken)
    {
        var answer = await http.GetAsync($"runs/get?run_id={Uri.EscapeDataString(runId)}", cancellationToken).ConfigureAwait(false);
        return Run(answer.GetProperty("run"));
    }

    public async Task<MlflowRun> CreateRunAsync(
        string experimentId, string name, string user, long startTime, IReadOnlyDictionary<string, string> tags,
        CancellationToken cancellationToken)
    {
        var answer = await http.PostAsync(
            "runs/create",
            new
            {
                experiment_id = experimentId,
                run_name = name,
                user_id = user,
                start_time = startTime,
                tags = tags.Select(tag => new { key = tag.Key, value = tag.Value }),
            },
            cancellationToken).ConfigureAwait(false);
        return Run(answer.GetProperty("run"));
    }

    /// <summary>Adds the steps of a metric's curve to what is known to be recorded.</summary>
    public async Task ReadPointsAsync(string runId, string key, RecordedPoints points, CancellationToken cancellationToken)
    {
        var token = "";
        do
        {
            var call = $"metrics/get-history?run_id={Uri.EscapeDataString(runId)}&metric_key={Uri.EscapeDataString(key)}&max_results={HistoryPage}";
            var page = await http.GetAsync(token.Length == 0 ? call : $"{call}&page_token={Uri.EscapeDataString(token)}", cancellationToken)
                .ConfigureAwait(false);
            foreach (var point in Items(page, "metrics"))
            {
                points.Add(key, point.TryGetProperty("step", out var step) ? Integer(step) : 0);
            }

            var next = page.TryGetProperty("next_page_token", out var value) ? value.GetString() ?? "" : "";
            token = next == token ? "" : next;
        }
        while (token.Length > 0);
    }

    public Task LogBatchAsync(string runId, LogBatch batch, CancellationToken cancellationToken)
    {
        return http.PostAsync("runs/log-batch", batch.Body(runId), cancellationToken);
    }

    public Task LogInputAsync(string runId, TrackedDataset dataset, CancellationToken cancellationToken)
    {
        var input = new
        {
            tags = dataset.Tags.Select(tag => new { key = tag.Key, value = tag.Value }),
            dataset = new
            {
                name = dataset.ShortName,
                digest = dataset.ShortDigest,
                source_type = dataset.SourceType,
                source = dataset.Source,
                profile = dataset.Profile,
            },
        };
        return http.PostAsync("runs/log-inputs", new { run_id = runId, datasets = new[] { input } }, cancellationToken);
    }

    public Task SetStatusAsync(string runId, StatusEvent status, CancellationToken cancellationToken)
    {
        object body = status.Status.IsEnd()
            ? new { run_id = runId, status = status.Status.ApiName(), end_time = status.At }
            : new { run_id = runId, status = status.Status.ApiName() };
        return http.PostAsync("runs/update", body, cancellationToken);
    }

    private static MlflowRun Run(JsonElement run)
    {
        var info = run.GetProperty("info");
        var keys = run.TryGetProperty("data", out var data) ? Items(data, "metrics").Select(metric => Text(metric, "key")).ToArray() : [];
        return new MlflowRun(
            Text(info, "experiment_id"),
            Text(info, "run_id"),
            info.TryGetProperty("artifact_uri", out var uri) ? uri.GetString() ?? "" : "",
            info.TryGetProperty("lifecycle_stage", out var stage) && stage.GetString() == "deleted",
            keys);
    }

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name)
    {
        return parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];
    }

    private static string Text(JsonElement parent, string name)
    {
        return parent.GetProperty(name).GetString() ?? "";
    }

    // Protocol buffers' JSON writes 64-bit integers as strings or as numbers.
    private static long Integer(JsonElement value)
    {
        return value.ValueKind == JsonValueKind.String ? long.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetInt64();
    }
}
