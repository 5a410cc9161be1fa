using System.Text.Json.Nodes;
using Graft.Adapters.Bottleneck;
using Graft.Adapters.Peft;
using Graft.Adapters.Tests.Conformance;
using Graft.Api.Methods;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests;

public sealed class BottleneckTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, BottleneckSpec, int> Variants => new()
    {
        { "Houlsby's, in both halves of each block", new BottleneckSpec { Placement = "houlsby" }, 4 },
        { "Pfeiffer's, after the feed-forward part", new BottleneckSpec { Activation = "gelu", ReductionFactor = 4 }, 2 },
        { "parallel, with its scaling of 4", new BottleneckSpec { Placement = "parallel" }, 2 },
        { "parallel beside attention too, scaling learned", new BottleneckSpec { Placement = "parallel", Attention = true,
            LearnedScaling = true }, 4 },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_variant_is_trained_saved_and_loaded(string variant, BottleneckSpec spec, int layers)
    {
        using var tiny = new TinyFamily("gpt2");
        using var adapter = new BottleneckMethod(spec).Attach(tiny.Model, seed: 1);
        Assert.Equal(layers, adapter.Trainable.Count(p => p.Name.EndsWith("adapter_up.weight", StringComparison.Ordinal)));
        Assert.Equal(spec.LearnedScaling, adapter.Trainable.Any(p => p.Name.EndsWith(".scaling", StringComparison.Ordinal)));
        var (first, last) = tiny.Train(adapter, steps: 30);
        var folder = tiny.NewFolder();
        adapter.Save(folder, "tiny");
        using var loaded = AdapterMethods.Load(folder, tiny.Model);

        Assert.True(last < 0.8 * first, variant);
        Assert.Equal(0, TinyFamily.Difference(tiny.Output(adapter.Hooks), tiny.Output(loaded.Hooks)));
    }

    [Fact]
    public void A_normal_start_changes_the_model_a_little()
    {
        using var tiny = new TinyFamily("llama");
        using var adapter = new BottleneckMethod(new BottleneckSpec { Placement = "houlsby", Initialization = "normal" })
            .Attach(tiny.Model, seed: 1);

        Assert.True(adapter.IsUntrained);
        Assert.InRange(TinyFamily.Difference(tiny.Output(), tiny.Output(adapter.Hooks)), 1e-7, 0.1);
    }

    [Fact]
    public void An_adapter_narrower_than_one_is_refused_with_the_remedy()
    {
        using var tiny = new TinyFamily("llama");
        var method = new BottleneckMethod(new BottleneckSpec { ReductionFactor = 64 });

        var error = Assert.Throws<AdapterException>(() => method.Attach(tiny.Model, seed: 1));
        Assert.Equal("reductionFactor 64 leaves nothing of the model's width of 32: lower it", error.Message);
    }

    [Theory]
    [InlineData("use_gating", "true", "use_gating = true is not supported; Graft supports false")]
    [InlineData("ln_before", "true", "ln_before = true is not supported; Graft supports false")]
    [InlineData("inv_adapter", "\"nice\"", "inv_adapter = \"nice\" is not supported; Graft supports null")]
    [InlineData("leave_out", "[0]", "leave_out = [0] is not supported; Graft supports an adapter in every block")]
    [InlineData("non_linearity", "\"tanh\"", "non_linearity = \"tanh\" is not supported; Graft supports relu, gelu and swish")]
    [InlineData("reduction_factor", "{\"1\": 16}", "reduction_factor = {\"1\":16} must be a number")]
    public void A_setting_that_is_not_computed_is_refused_by_name(string setting, string value, string message)
    {
        using var tiny = new TinyFamily("llama");
        using var adapter = new BottleneckMethod(new BottleneckSpec()).Attach(tiny.Model, seed: 1);
        var folder = tiny.NewFolder();
        adapter.Save(folder, "tiny");
        var path = Path.Combine(folder, PeftFolder.ConfigurationFile);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json["config"]![setting] = JsonNode.Parse(value);
        File.WriteAllText(path, json.ToJsonString());

        var error = Assert.Throws<AdapterException>(() => AdapterMethods.Load(folder, tiny.Model));
        Assert.EndsWith($"config: {message}", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _scope.Dispose();
    }
}
