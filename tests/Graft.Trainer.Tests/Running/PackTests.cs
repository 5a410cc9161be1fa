using System.Text.Json.Nodes;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Trainer.Running;
using Graft.Trainer.Tests.Support;
using Xunit;

namespace Graft.Trainer.Tests.Running;

/// <summary>Several runs in one process.</summary>
public sealed class PackTests : IDisposable
{
    private readonly TinyWorld _world = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Three_runs_in_turn_on_one_frozen_model_are_three_runs_alone_to_the_bit()
    {
        var alone = new Dictionary<string, (string[] Losses, Dictionary<string, string> Files)>();
        foreach (var plan in Plans("alone"))
        {
            var ended = await Runs.RunAsync(plan, Cancellation);
            Assert.Equal(TrainerExitCodes.Succeeded, ended.ExitCode);
            alone[plan.Execution.Run.Name] = (Losses(ended.Events), Runs.Published(plan));
        }

        var plans = Plans("packed");
        var (exitCode, events) = await RunAsync(plans);

        Assert.Equal(TrainerExitCodes.Succeeded, exitCode);
        foreach (var plan in plans)
        {
            var (losses, files) = alone[plan.Execution.Run.Name];
            Assert.Equal(losses, Losses(Of(events, plan)));
            Assert.Equal(files, Runs.Published(plan));
        }

        // They did take turns: the last one began before the first had ended.
        var order = events.Where(e => Kind(e) is "started" or "finished").Select(e => e["run"]!.GetValue<string>() + Kind(e)).ToList();
        Assert.True(order.IndexOf("cstarted") < order.IndexOf("afinished"), string.Join(' ', order));
    }

    [Fact]
    public async Task A_run_that_fails_ends_by_itself()
    {
        var plans = Plans("mixed");
        var hopeless = TinyPlan.Training with { LearningRate = 1e30, MaxGradientNorm = 0, WarmupSteps = 0, Schedule = "constant" };
        plans[1] = plans[1].With(hopeless);

        var (exitCode, events) = await RunAsync(plans);

        Assert.Equal(TrainerExitCodes.Diverged, exitCode);
        Assert.Equal(["finished", "failed", "finished"], plans.Select(plan => Kind(Of(events, plan)[^1])));
        Assert.Equal("Succeeded", Runs.Result(plans[2]).Outcome);
    }

    [Fact]
    public async Task A_run_whose_data_are_not_there_leaves_the_others_alone()
    {
        var plans = Plans("missing");
        plans[0] = plans[0] with { Recipe = plans[0].Recipe with { Data = plans[0].Recipe.Data with { TrainFile = "nothing.jsonl" } } };

        var (exitCode, events) = await RunAsync(plans);

        Assert.Equal(TrainerExitCodes.BadData, exitCode);
        Assert.Equal(["failed", "finished", "finished"], plans.Select(plan => Kind(Of(events, plan)[^1])));
    }

    [Fact]
    public async Task Runs_that_would_write_one_folder_are_refused()
    {
        var plan = TinyPlan.For(_world, "same");

        var error = await Assert.ThrowsAsync<PlanFormatException>(() => RunAsync([plan, plan]));

        Assert.Contains("execution.outputDirectory", error.Message, StringComparison.Ordinal);
    }

    private static string Kind(JsonNode told) => told["event"]!.GetValue<string>();

    private static JsonNode[] Of(IEnumerable<JsonNode> events, RunPlan plan) =>
        [.. events.Where(e => e["run"]!.GetValue<string>() == plan.Execution.Run.Name)];

    /// <summary>What training and evaluation said: everything but times.</summary>
    private static string[] Losses(IEnumerable<JsonNode> events) =>
        [.. events.Where(e => Kind(e) == "evaluation").Select(e => $"{e["model"]} {e["loss"]} {e["tokenAccuracy"]}")];

    private static async Task<(int ExitCode, JsonNode[] Events)> RunAsync(IReadOnlyList<RunPlan> plans)
    {
        using var output = new StringWriter();
        using var log = new StringWriter();
        var exitCode = await Pack.RunAsync(plans, output, log, TimeProvider.System, Cancellation);
        return (exitCode, [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)]);
    }

    /// <summary>Three runs that differ in method, seed and dropout.</summary>
    private List<RunPlan> Plans(string folder)
    {
        MethodSpec[] methods =
        [
            TinyPlan.Lora(dropout: 0.1),
            TinyPlan.Lora(dropout: 0.3),
            new() { PrefixTuning = new PrefixTuningSpec { VirtualTokens = 3 } },
        ];
        return
        [
            .. methods.Select((method, index) =>
            {
                var name = ((char)('a' + index)).ToString();
                var plan = TinyPlan.For(_world, $"{folder}-{name}");
                return plan with
                {
                    Recipe = plan.Recipe with
                    {
                        Method = method,
                        Training = plan.Recipe.Training with { Seed = 11 + index },
                        Evaluation = plan.Recipe.Evaluation with { EverySteps = 3 },
                    },
                    Execution = plan.Execution with
                    {
                        Run = plan.Execution.Run with { Name = name },
                        Publish = plan.Execution.Publish with { Name = name },
                    },
                };
            }),
        ];
    }
}
