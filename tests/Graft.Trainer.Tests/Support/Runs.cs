using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Api.Planning;
using Graft.Trainer.Running;

namespace Graft.Trainer.Tests.Support;

/// <summary>How a run ended.</summary>
internal sealed record Ended(int ExitCode, JsonNode[] Events, string Log)
{
    public IEnumerable<JsonNode> Of(string kind) => Events.Where(e => e["event"]!.GetValue<string>() == kind);

    public string[] Warnings => [.. Of("warning").Select(e => e["message"]!.GetValue<string>())];
}

/// <summary>Carries plans out in this process.</summary>
internal static class Runs
{
    /// <summary>Runs a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="stop">Stops it.</param>
    /// <param name="onEvent">Sees each event when it is written.</param>
    public static async Task<Ended> RunAsync(RunPlan plan, CancellationToken stop, Action<JsonNode>? onEvent = null)
    {
        using var output = new LineWriter(onEvent);
        using var log = new StringWriter();
        var exitCode = await Pack.RunAsync([plan], output, log, TimeProvider.System, stop);
        return new Ended(exitCode, [.. output.Events], log.ToString());
    }

    public static RunResult Result(RunPlan plan) => JsonSerializer.Deserialize<RunResult>(
        File.ReadAllText(Path.Combine(plan.Execution.OutputDirectory, "result.json")), PlanJson.WireOptions)!;

    /// <summary>The bytes of everything that was published, by file.</summary>
    public static Dictionary<string, string> Published(RunPlan plan)
    {
        var folder = Path.Combine(plan.Execution.OutputDirectory, TrainingRun.TrainedFolderName);
        return Directory.EnumerateFiles(folder).ToDictionary(f => Path.GetFileName(f), f => Convert.ToHexString(File.ReadAllBytes(f)));
    }

    private sealed class LineWriter(Action<JsonNode>? onEvent) : StringWriter
    {
        public List<JsonNode> Events { get; } = [];

        public override void WriteLine(string? value)
        {
            var told = JsonNode.Parse(value!)!;
            Events.Add(told);
            onEvent?.Invoke(told);
        }
    }
}
