using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Api.Planning;
using Graft.Common;
using Graft.Programs.Charts;
using Graft.Tracking;
using Graft.Trainer.Reporting;

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
            FinishTimeout = TimeSpan.FromSeconds(tracking.PatienceSeconds),
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

    /// <summary>
    /// The file of what a run says to people. It lies beside the checkpoints: there it is until a server has taken it, and the run's next
    /// process goes on with it.
    /// </summary>
    public static string LogFile(RunPlan plan) => Path.Combine(plan.Execution.CheckpointDirectory, "log.txt");

    /// <summary>Records what the run has said, and its loss as a picture.</summary>
    /// <param name="tracker">The record; it knows the losses of earlier processes too.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="log">Told where the picture cannot be written.</param>
    public static void RecordLogAndCurve(IRunTracker tracker, RunPlan plan, TextWriter log)
    {
        var (training, heldOut) = (new LossHistory(), new LossHistory());
        training.AddAll(Losses(TrackingSink.TrainingLoss));
        heldOut.AddAll(Losses(TrackingSink.BaseLoss).Concat(Losses(TrackingSink.AdaptedLoss)));
        if (training.Points is { Count: > 0 } points)
        {
            var curve = Path.Combine(plan.Execution.CheckpointDirectory, "loss.svg");
            try
            {
                AtomicFile.WriteText(curve, LossCurveSvg.Draw(LossCurveSvg.TitleOf(plan.Execution.Run.Name), points, heldOut.Points));
                tracker.LogArtifact(curve);
            }
            catch (Exception error) when (FileFaults.Is(error))
            {
                log.WriteLine($"Tracking: the loss curve is not drawn: {error.Message}");
            }
        }

        if (File.Exists(LogFile(plan)))
        {
            tracker.LogArtifact(LogFile(plan));
        }

        IEnumerable<LossPoint> Losses(string key) => tracker.Points(key).Select(point => new LossPoint(point.Step, point.Value));
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
