using Graft.Artifacts;
using Graft.Trainer.Tests.Support;
using Xunit;

namespace Graft.Trainer.Tests.Running;

/// <summary>What became of the records is told before the first step and counted in the result.</summary>
public sealed class DataReportTests : IDisposable
{
    private readonly TinyWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task What_is_left_out_cut_or_not_used_is_told_once_and_counted()
    {
        var many = string.Concat(Enumerable.Repeat("a small dog ", 40));
        File.AppendAllLines(Path.Combine(_world.Data, "train.jsonl"),
        [
            $$"""{"instruction":"What does {{many}} say?","output":"woof","source":"web"}""",
            $$"""{"instruction":"What does a dog say?","output":"{{many}}","source":"web"}""",
            """{"instruction":5,"output":"woof"}""",
        ]);
        var plan = TinyPlan.For(_world, "out").With(TinyPlan.Training with { MaxSteps = 1, WarmupSteps = 0 });
        plan = plan with
        {
            Recipe = plan.Recipe with
            {
                Data = plan.Recipe.Data with { Digest = FolderDigest.Compute(_world.Data), OnTooLong = "truncate", OnBadRecord = "skip" },
            },
        };

        var ended = await Runs.RunAsync(plan, TestContext.Current.CancellationToken);

        Assert.True(ended.ExitCode == 0, ended.Log);
        Assert.Single(ended.Warnings, warning => warning == "Fields of the records that are not used: source.");
        Assert.Single(ended.Warnings, warning => warning.StartsWith("Left out: 1 of 51 records (2.0 %), which have no token of their answer", StringComparison.Ordinal)
            && warning.Contains("train.jsonl:49 with ", StringComparison.Ordinal));
        Assert.Single(ended.Warnings, warning => warning.StartsWith("Cut to 64 tokens: 1 of 67 records", StringComparison.Ordinal));
        Assert.Single(ended.Warnings, warning => warning.Contains("train.jsonl:51: the field 'instruction'", StringComparison.Ordinal));
        var figures = Runs.Result(plan).Figures!;
        Assert.Equal((1, 1, 1), (figures.BadRecords, figures.TruncatedRecords, figures.TooLongRecords));
        var started = Assert.Single(ended.Of("started"));
        Assert.Equal(
            (49, 1, 1, 1),
            (Count("trainRecords"), Count("badRecords"), Count("truncatedRecords"), Count("tooLongRecords")));

        int Count(string name) => started[name]!.GetValue<int>();
    }

    [Fact]
    public async Task Answers_that_hold_the_mark_of_their_end_match_what_is_generated()
    {
        const string Record = """{"instruction":"What does a dog say?","output":"woof<|endoftext|>\n"}""";
        File.WriteAllLines(Path.Combine(_world.Data, "train.jsonl"), Enumerable.Repeat(Record, 8));
        File.WriteAllText(Path.Combine(_world.Data, "heldout.jsonl"), Record);
        var plan = TinyPlan.For(_world, "out").With(TinyPlan.Training with { MaxSteps = 40, LearningRate = 2e-2 });
        plan = plan with
        {
            Recipe = plan.Recipe with
            {
                Method = TinyPlan.Lora(),
                Data = plan.Recipe.Data with { Digest = FolderDigest.Compute(_world.Data) },
                Evaluation = plan.Recipe.Evaluation with { GenerateRecords = 1 },
            },
        };

        var ended = await Runs.RunAsync(plan, TestContext.Current.CancellationToken);

        Assert.True(ended.ExitCode == 0, ended.Log);
        Assert.Equal((0.0, 1.0), (Runs.Result(plan).Figures!.BaseExactMatch, Runs.Result(plan).Figures!.AdaptedExactMatch));
        var sample = Assert.Single(ended.Of("started"))["firstSample"]!.GetValue<string>();
        Assert.EndsWith("⟦woof<|endoftext|>⟧", sample, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_trains_the_last_answer_where_it_says_so()
    {
        File.WriteAllText(
            Path.Combine(_world.Data, "train.jsonl"),
            """{"messages":[{"role":"user","content":"dog?"},{"role":"assistant","content":"woof"},"""
            + """{"role":"user","content":"cat?"},{"role":"assistant","content":"meow"}]}""");
        var plan = TinyPlan.For(_world, "out").With(TinyPlan.Training with { MaxSteps = 1, WarmupSteps = 0 });
        var data = plan.Recipe.Data with
        {
            Digest = FolderDigest.Compute(_world.Data),
            Format = "messages",
            Template = "chatml",
            EvaluationFile = null,
            TrainOn = "lastAnswer",
        };
        plan = plan with { Recipe = plan.Recipe with { Data = data } };

        var ended = await Runs.RunAsync(plan, TestContext.Current.CancellationToken);

        Assert.True(ended.ExitCode == 0, ended.Log);
        var sample = Assert.Single(ended.Of("started"))["firstSample"]!.GetValue<string>();
        Assert.EndsWith("assistant\nwoof<|im_end|>\n<|im_start|>user\ncat?<|im_end|>\n<|im_start|>assistant\n⟦meow<|im_end|>⟧\n", sample, StringComparison.Ordinal);
    }
}
