using Graft.Adapters.Lora;
using Graft.Adapters.Targets;
using Xunit;

namespace Graft.Adapters.Tests;

public sealed class TargetMatcherTests : IDisposable
{
    private readonly TinyLlama _tiny = new();

    [Fact]
    public void Names_match_by_suffix_at_a_dot()
    {
        Assert.Equal(2, Match(TargetSelection.Of("q_proj")).Count);
        Assert.Equal(["model.layers.1.mlp.up_proj"], Match(TargetSelection.Of("layers.1.mlp.up_proj")));
        Assert.Equal(["lm_head"], Match(TargetSelection.Of("lm_head")));
        Assert.Throws<AdapterException>(() => Match(TargetSelection.Of("proj")));
    }

    [Fact]
    public void A_pattern_must_match_the_whole_name()
    {
        Assert.Equal(
            ["model.layers.0.self_attn.k_proj", "model.layers.0.self_attn.v_proj"],
            Match(new TargetSelection { Pattern = @".*\.0\..*\.[kv]_proj" }));
        Assert.Throws<AdapterException>(() => Match(new TargetSelection { Pattern = "[kv]_proj" }));
    }

    [Fact]
    public void All_linear_leaves_out_the_head_and_what_is_excluded()
    {
        Assert.Equal(14, Match(TargetSelection.Everything).Count);
        Assert.Equal(12, Match(TargetSelection.Everything with { Exclude = ["down_proj"] }).Count);
        Assert.Equal(7, Match(TargetSelection.Everything with { ExcludePattern = @"model\.layers\.1\..*" }).Count);
    }

    [Fact]
    public void Layers_choose_blocks()
    {
        Assert.Equal(["model.layers.1.self_attn.q_proj"], Match(TargetSelection.Of("q_proj") with { Layers = [1] }));
        Assert.Single(Match(TargetSelection.Of("q_proj") with { Layers = [1], LayersPattern = ["layers"] }));
        Assert.Throws<AdapterException>(() => Match(TargetSelection.Of("q_proj") with { Layers = [1], LayersPattern = ["h"] }));
        Assert.Throws<AdapterException>(() => Match(TargetSelection.Of("q_proj") with { Layers = [7] }));
    }

    [Fact]
    public void A_name_that_matches_nothing_is_an_error_with_the_nearest_and_all_names()
    {
        var message = Assert.Throws<AdapterException>(() => Match(TargetSelection.Of("q_proj", "v_porj"))).Message;
        Assert.Contains("'v_porj' matches no linear layer", message);
        Assert.Contains("did you mean 'v_proj'?", message);
        Assert.Contains("q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, lm_head", message);
    }

    [Fact]
    public void A_whole_name_is_meant_in_whichever_block_it_is() => Assert.Equal(
        ["model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.k_proj"],
        Match(TargetSelection.Of("model.layers.0.self_attn.q_proj", "k_proj") with { Layers = [1] }));

    [Fact]
    public void An_excluded_name_that_the_model_has_not_is_an_error_with_the_nearest()
    {
        var message = Assert.Throws<AdapterException>(() => Match(TargetSelection.Everything with { Exclude = ["v_porj"] })).Message;
        Assert.Contains("the excluded module 'v_porj' matches no module of the model; did you mean 'v_proj'?", message);
    }

    [Fact]
    public void Zero_matches_are_an_error_that_lists_the_names()
    {
        var message = Assert.Throws<AdapterException>(() => Match(TargetSelection.Of("q_proj") with { Exclude = ["q_proj"] })).Message;
        Assert.Contains("no linear layer matches the target modules q_proj after the exclusions", message);
        Assert.Contains("model.layers.0.self_attn.q_proj", message);
    }

    [Fact]
    public void A_pattern_that_is_no_regular_expression_is_refused() =>
        Assert.Contains(
            "not a regular expression", Assert.Throws<AdapterException>(() => Match(new TargetSelection { Pattern = "(" })).Message);

    [Theory]
    [InlineData("down_proj", true)]
    [InlineData(@"layers\.1\..*_proj", true)]
    [InlineData("proj", false)]
    public void Pattern_keys_match_suffixes_or_expressions(string key, bool matches) => Assert.Equal(
        matches ? 3 : null, TargetMatcher.ByPattern(new Dictionary<string, int> { [key] = 3 }, "model.layers.1.mlp.down_proj"));

    [Fact]
    public void A_pattern_key_that_no_target_uses_is_an_error()
    {
        var options = new LoraOptions { RankPattern = new Dictionary<string, int> { ["down_proj"] = 2 } };
        var message = Assert.Throws<AdapterException>(() => new LoraMethod(options).Attach(_tiny.Model, 1)).Message;
        Assert.Contains("rank pattern 'down_proj' matches none of the adapted modules: q_proj, v_proj", message);
    }

    [Fact]
    public void A_module_is_adapted_or_trained_in_full_but_not_both()
    {
        var both = new LoraOptions { Targets = TargetSelection.Of("lm_head"), ModulesToSave = ["lm_head"] };
        Assert.Contains("choose one", Assert.Throws<AdapterException>(() => new LoraMethod(both).Attach(_tiny.Model, 1)).Message);
        var unknown = new LoraOptions { ModulesToSave = ["classifier"] };
        Assert.Contains("embed_tokens", Assert.Throws<AdapterException>(() => new LoraMethod(unknown).Attach(_tiny.Model, 1)).Message);
    }

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(4, 1.0)]
    [InlineData(4, -0.1)]
    [InlineData(4, double.NaN)]
    public void Options_out_of_range_are_refused(int rank, double dropout) => Assert.Throws<AdapterException>(
        () => new LoraMethod(new LoraOptions { Rank = rank, Dropout = dropout }).Attach(_tiny.Model, 1));

    [Fact]
    public void A_decomposition_needs_a_rank_within_the_weight()
    {
        var options = new LoraOptions { Rank = 17, Initialization = LoraInitialization.Pissa };
        Assert.Contains("at most 16", Assert.Throws<AdapterException>(() => new LoraMethod(options).Attach(_tiny.Model, 1)).Message);
    }

    public void Dispose() => _tiny.Dispose();

    private List<string> Match(TargetSelection selection) =>
        [.. TargetMatcher.Match(selection, _tiny.Model.LinearSites).Select(site => site.Name)];
}
