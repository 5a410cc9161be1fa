using Graft.Adapters.Ia3;
using Graft.Adapters.Peft;
using Graft.Adapters.Tests.Conformance;
using Graft.Api.Methods;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests;

public sealed class Ia3Tests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData("llama", new[] { "down_proj", "k_proj", "v_proj" }, new[] { "down_proj" })]
    [InlineData("gpt2", new[] { "c_attn", "mlp.c_proj" }, new[] { "mlp.c_proj" })]
    public void Keys_values_and_the_feed_forward_part_are_scaled_unless_the_spec_says_otherwise(
        string family, string[] targets, string[] feedforward)
    {
        using var tiny = new TinyFamily(family);
        using var adapter = new Ia3Method(new Ia3Spec()).Attach(tiny.Model, seed: 1);
        var folder = tiny.NewFolder();
        adapter.Save(folder, "tiny");
        var written = PeftFolder.ReadConfiguration(Path.Combine(folder, PeftFolder.ConfigurationFile)).Fields;

        Assert.Equal(targets, written.Texts("target_modules"));
        Assert.Equal(feedforward, written.Texts("feedforward_modules"));
    }

    [Fact]
    public void A_layer_that_is_scaled_at_its_input_has_a_number_for_each_input()
    {
        using var tiny = new TinyFamily("llama");
        var spec = new Ia3Spec { TargetModules = ["q_proj", "up_proj"], FeedforwardModules = ["up_proj"] };
        using var adapter = new Ia3Method(spec).Attach(tiny.Model, seed: 1);

        Assert.All(adapter.Trainable.Where(p => p.Name.Contains("up_proj")), p => Assert.Equal([1, 32], p.Value.shape));
        Assert.All(adapter.Trainable.Where(p => p.Name.Contains("q_proj")), p => Assert.Equal([32, 1], p.Value.shape));
    }

    [Fact]
    public void A_feed_forward_layer_that_is_not_among_the_targets_is_refused()
    {
        using var tiny = new TinyFamily("llama");
        var method = new Ia3Method(new Ia3Spec { TargetModules = ["q_proj"], FeedforwardModules = ["down_proj"] });

        var error = Assert.Throws<AdapterException>(() => method.Attach(tiny.Model, seed: 1));
        Assert.Contains("'down_proj' matches no linear layer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Modules_that_are_saved_beside_the_vectors_are_refused()
    {
        using var tiny = new TinyFamily("llama");
        using var adapter = new Ia3Method(new Ia3Spec()).Attach(tiny.Model, seed: 1);
        var folder = tiny.NewFolder();
        adapter.Save(folder, "tiny");
        var path = Path.Combine(folder, PeftFolder.ConfigurationFile);
        File.WriteAllText(
            path,
            File.ReadAllText(path).Replace("\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]", StringComparison.Ordinal));

        var error = Assert.Throws<AdapterException>(() => AdapterMethods.Load(folder, tiny.Model));
        Assert.Contains("modules_to_save = [\"lm_head\"] is not implemented", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _scope.Dispose();
    }
}
