using System.Text.Json.Nodes;
using Graft.Api.Generation;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Data.Tokenization;
using Graft.Models;
using Graft.Models.Weights;
using Graft.Trainer.Generation;
using Graft.Trainer.Tests.Support;
using Xunit;

namespace Graft.Trainer.Tests.Running;

/// <summary>What a model cannot do, found before the first step: positions that it does not have, weights that are no numbers.</summary>
public sealed class ModelLimitTests : IDisposable
{
    private readonly TinyWorld _world = new();

    public void Dispose() => _world.Dispose();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Samples_beyond_rotary_positions_are_trained_on_with_a_warning_that_names_both_numbers()
    {
        ChangeConfiguration("max_position_embeddings", 8);
        var plan = TinyPlan.For(_world, "out");

        var ended = await Runs.RunAsync(plan, None);

        Assert.True(ended.ExitCode == 0, ended.Log);
        var warning = Assert.Single(ended.Warnings);
        Assert.Matches("the longest sample has [0-9]+ tokens; the model was made for 8 positions", warning);
        Assert.Contains("maxLength to at most 8", warning, StringComparison.Ordinal);
        Assert.Contains(warning, ended.Log, StringComparison.Ordinal);
        Assert.Equal([warning], Runs.Result(plan).Warnings);
    }

    [Theory]
    [InlineData(8, 0, "the longest sample has [0-9]+ tokens; the model has 8 learned positions")]
    [InlineData(64, 60, "the longest sample has [0-9]+ tokens, and 60 virtual tokens are in front of them; the model has 64 learned positions")]
    public async Task Samples_beyond_learned_positions_are_refused_before_the_first_step(int positions, int virtualTokens, string message)
    {
        WriteGpt2(positions);
        var plan = TinyPlan.For(_world, "out");
        if (virtualTokens > 0)
        {
            var method = new MethodSpec { PromptTuning = new PromptTuningSpec { VirtualTokens = virtualTokens } };
            plan = plan with { Recipe = plan.Recipe with { Method = method } };
        }

        var ended = await Runs.RunAsync(plan, None);

        Assert.Equal(TrainerExitCodes.BadPlan, ended.ExitCode);
        Assert.Matches(message, Runs.Result(plan).Message);
        Assert.Empty(ended.Of("started"));
    }

    [Fact]
    public async Task Held_out_prompts_whose_answers_may_not_fit_learned_positions_are_left_out_and_counted_aloud()
    {
        WriteGpt2(positions: 64);
        var plan = TinyPlan.For(_world, "out");
        var evaluation = plan.Recipe.Evaluation with { GenerateRecords = 5, MaxNewTokens = 60 };
        plan = plan with { Recipe = plan.Recipe with { Evaluation = evaluation } };

        var ended = await Runs.RunAsync(plan, None);

        Assert.True(ended.ExitCode == 0, ended.Log);
        Assert.Matches("5 held-out records are not answered: .* with 60 new ones .* 64 positions", Assert.Single(ended.Warnings));
        Assert.Null(Runs.Result(plan).Figures!.AdaptedExactMatch);
        Assert.NotNull(Runs.Result(plan).Figures!.AdaptedLoss);
    }

    [Fact]
    public async Task Weights_that_are_no_numbers_are_named_in_place_of_the_learning_rate()
    {
        const string Name = "model.layers.1.mlp.up_proj.weight";
        using (var model = _world.LoadModel())
        {
            var tensors = model.Parameters.ToDictionary(item => item.Key, item => item.Value.clone());
            tensors[Name][3, 4] = float.NaN;
            File.Delete(Path.Combine(_world.Model, Checkpoint.SingleFile));
            TensorFiles.Save(Path.Combine(_world.Model, Checkpoint.SingleFile), tensors);
        }

        var measured = TinyPlan.For(_world, "measured");
        var unmeasured = TinyPlan.For(_world, "unmeasured");
        unmeasured = unmeasured with { Recipe = unmeasured.Recipe with { Data = unmeasured.Recipe.Data with { EvaluationFile = null } } };

        foreach (var plan in new[] { measured, unmeasured })
        {
            var ended = await Runs.RunAsync(plan, None);

            Assert.Equal(TrainerExitCodes.ModelNotLoadable, ended.ExitCode);
            Assert.Contains($"the tensor '{Name}' holds values that are NaN", Runs.Result(plan).Message, StringComparison.Ordinal);
            Assert.DoesNotContain("learning rate", Runs.Result(plan).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_prompt_with_its_answer_is_held_against_the_positions_before_it_is_answered()
    {
        var prompt = new TextPrompt("What does a dog say?");
        ChangeConfiguration("max_position_embeddings", 8);
        var warnings = new List<string>();
        Assert.NotNull(await Answer(prompt, warnings));
        Assert.Matches("with up to 20 new ones that makes [0-9]+; the model was made for 8 positions", Assert.Single(warnings));

        WriteGpt2(positions: 24);
        var error = await Assert.ThrowsAsync<PlanFormatException>(() => Answer(prompt, warnings));
        Assert.Matches("with up to 20 new ones that makes [0-9]+; the model has 24 learned positions", error.Message);

        await Assert.ThrowsAsync<PlanFormatException>(() => Answer(new TextPrompt(""), warnings));
    }

    private async Task<string> Answer(TextPrompt prompt, List<string> warnings)
    {
        using var model = _world.LoadModel();
        var generator = new LocalTextGenerator(model, TokenizerFolder.Load(_world.Model), null, null, warnings.Add);
        var text = "";
        await foreach (var piece in generator.GenerateAsync(prompt, new SamplingOptions { MaxNewTokens = 20 }, None))
        {
            text += piece;
        }

        return text;
    }

    private void ChangeConfiguration(string field, JsonNode value)
    {
        var path = Path.Combine(_world.Model, "config.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json[field] = value;
        File.WriteAllText(path, json.ToJsonString());
    }

    private void WriteGpt2(int positions)
    {
        File.Delete(Path.Combine(_world.Model, Checkpoint.SingleFile));
        File.WriteAllText(Path.Combine(_world.Model, "config.json"), $$"""
            {
              "model_type": "gpt2", "vocab_size": {{TinyWorld.VocabularySize}}, "n_embd": 32, "n_layer": 1, "n_head": 4,
              "n_positions": {{positions}}
            }
            """);
        using var model = CausalLanguageModels.Initialize(_world.Model, seed: 7);
        TensorFiles.Save(Path.Combine(_world.Model, Checkpoint.SingleFile), model.Parameters);
    }
}
