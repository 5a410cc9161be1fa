using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Api.Planning;
using Graft.Tracking;

namespace Graft.Trainer.Running;

/// <summary>A plan's record in MLflow.</summary>
internal static class Trackers
{
    /// <summary>Opens the record, with the recipe as its parameters.</summary>
    public static IRunTracker Open(RunPlan plan, TextWriter log, TimeProvider time)
    {
        var tracking = plan.Execution.Tracking;
        var run = plan.Execution.Run;
        var hash = RecipeHash.Of(plan.Recipe);
        var options = new TrackingOptions
        {
            Uri = tracking.Uri,
            Folder = tracking.Directory ?? Path.Combine(plan.Execution.OutputDirectory, "mlruns"),
            SpoolFolder = tracking.SpoolDirectory,
            Experiment = tracking.Experiment,
            RunName = tracking.RunName,
            // Another plan of the same resource is another run.
            RunUid = $"{run.Uid}/{RecipeHash.Short(hash)}",
            Tags = new Dictionary<string, string>
            {
                ["graft.dev/namespace"] = run.Namespace,
                ["graft.dev/name"] = run.Name,
                ["graft.dev/kind"] = plan.Recipe.Kind,
                ["graft.dev/plan-hash"] = hash,
            },
            Notice = message => log.WriteLine($"Tracking: {message}"),
        };
        var tracker = RunTracker.Open(options, Environment.GetEnvironmentVariable, time);
        tracker.LogParameters(Parameters(plan.Recipe));
        return tracker;
    }

    /// <summary>Records what was published.</summary>
    /// <param name="tracker">The record.</param>
    /// <param name="trainedFolder">The files, or null where the record has them already.</param>
    /// <param name="artifact">The version.</param>
    public static void Record(IRunTracker tracker, string? trainedFolder, ResultArtifact artifact)
    {
        tracker.SetTags(new Dictionary<string, string>
        {
            ["graft.dev/artifact"] = artifact.Reference,
            ["graft.dev/artifact-version"] = artifact.Version,
            ["graft.dev/artifact-digest"] = artifact.Digest,
        });
        if (trainedFolder is not null)
        {
            tracker.LogArtifact(trainedFolder, "adapter");
        }
    }

    /// <summary>Where the record is; null as long as a server has not answered.</summary>
    public static ResultTracking? Result(TrackedRun run) => run is { ExperimentId: { } experiment, RunId: { } id }
        ? new ResultTracking { ExperimentId = experiment, RunId = id, Uri = run.Location }
        : null;

    /// <summary>
    /// The recipe's values by their paths: <c>training.learningRate</c>, <c>method.lora.rank</c>… A run with one adapter has the names
    /// that recipes of form 2 have, which are those of its spec.
    /// </summary>
    internal static Dictionary<string, string> Parameters(Recipe recipe)
    {
        var parameters = new Dictionary<string, string>();
        Flatten("", JsonSerializer.SerializeToNode(recipe.InForm(2) ?? recipe, PlanJson.WireOptions), parameters);
        return parameters;
    }

    private static void Flatten(string path, JsonNode? node, Dictionary<string, string> parameters)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields)
                {
                    Flatten(path.Length == 0 ? name : $"{path}.{name}", value, parameters);
                }

                break;
            case JsonArray items when items.All(item => item is JsonObject):
                foreach (var (index, item) in items.Index())
                {
                    Flatten($"{path}.{index}", item, parameters);
                }

                break;
            case null:
                break;
            default:
                parameters[path] = node is JsonArray ? string.Join(", ", node.AsArray().Select(item => item?.ToString())) : node.ToString();
                break;
        }
    }
}
