using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Api.Planning;
using Graft.Trainer.Running;
using Graft.Trainer.Tests.Support;
using Xunit;

namespace Graft.Trainer.Tests.Running;

public sealed class RunProgramTests : IDisposable
{
    private readonly TinyWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_plan_is_carried_out_to_a_published_adapter_that_is_better_than_the_base()
    {
        RunPlan plan = TinyPlan.For(_world, "out").With(TinyPlan.Training with { MaxSteps = 150, BatchSize = 8, GradientAccumulationSteps = 1 });
        plan = plan with { Recipe = plan.Recipe with { Method = TinyPlan.Lora(), Evaluation = plan.Recipe.Evaluation with { GenerateRecords = 8 } } };

        var (exitCode, events, log) = await RunAsync(plan, TestContext.Current.CancellationToken);

        Assert.True(exitCode == 0, log);
        RunResult result = Read(plan);
        Assert.Equal(("Succeeded", 150L), (result.Outcome, result.Steps));
        Assert.True(result.Figures!.AdaptedLoss < result.Figures.BaseLoss - 1, JsonSerializer.Serialize(result.Figures));
        Assert.True(result.Figures.AdaptedTokenAccuracy > 0.5, JsonSerializer.Serialize(result.Figures));
        Assert.True(result.Figures.AdaptedExactMatch > result.Figures.BaseExactMatch, JsonSerializer.Serialize(result.Figures));
        Assert.Equal(("tiny-sounds", "v1"), (result.Artifact!.Name, result.Artifact.Version));
        Assert.Equal(
            ["README.md", "adapter_config.json", "adapter_model.safetensors", "metrics.json", "run-plan.json"],
            Directory.EnumerateFiles(Path.Combine(plan.Execution.OutputDirectory, "adapter")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(File.ReadAllBytes(Path.Combine(plan.Execution.OutputDirectory, "result.json")), File.ReadAllBytes(plan.Execution.TerminationMessagePath!));
        Assert.Equal(
            ["progress", "started", "evaluation", "checkpoint", "artifact", "finished"],
            events.Select(e => e["event"]!.GetValue<string>()).Where(e => e != "progress").Prepend("progress").Distinct());
    }

    private static async Task<(int ExitCode, JsonNode[] Events, string Log)> RunAsync(RunPlan plan, CancellationToken stop)
    {
        using var output = new StringWriter();
        using var log = new StringWriter();
        int exitCode = await new RunProgram(plan, output, log, TimeProvider.System).RunAsync(stop);
        JsonNode[] events = [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
        return (exitCode, events, log.ToString() + output);
    }

    private static RunResult Read(RunPlan plan) =>
        JsonSerializer.Deserialize<RunResult>(File.ReadAllText(Path.Combine(plan.Execution.OutputDirectory, "result.json")), PlanJson.WireOptions)!;
}
