using Graft.Adapters.Lora;
using Graft.Api.Planning;
using Xunit;

namespace Graft.Adapters.Tests;

public sealed class AdapterMethodsTests : IDisposable
{
    private readonly TinyLlama _tiny = new();

    [Fact]
    public void A_plans_options_are_the_methods()
    {
        var plan =
            Lora() with { TargetModules = ["q_proj", "o_proj"], ExcludeModules = ["layers.0.self_attn.q_proj"], Initialization = "pissa" };
        var options = Assert.IsType<LoraMethod>(AdapterMethods.FromPlan(new PlanMethod { Lora = plan })).Options;
        Assert.Equal((6, 12.0, 0.25), (options.Rank, options.Alpha, options.Dropout));
        Assert.True(options.RsLora);
        Assert.True(options.Dora);
        Assert.Equal(LoraInitialization.Pissa, options.Initialization);
        Assert.Equal(["q_proj", "o_proj"], options.Targets!.Names);
        Assert.Equal(["layers.0.self_attn.q_proj"], options.Targets.Exclude);
    }

    [Theory]
    [InlineData(null, null, 4)]
    [InlineData("all-linear", null, 14)]
    [InlineData(null, @".*\.k_proj", 2)]
    [InlineData("up_proj", null, 2)]
    public void A_plans_targets_choose_the_layers(string? module, string? pattern, int layers)
    {
        var plan = Lora() with { TargetModules = module is null ? null : [module], TargetPattern = pattern };
        using var adapter = AdapterMethods.FromPlan(new PlanMethod { Lora = plan }).Attach(_tiny.Model, seed: 1);
        Assert.Equal(layers, adapter.Trainable.Count(p => p.Name.EndsWith("lora_A.weight", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_plan_without_a_known_method_is_refused()
    {
        Assert.Throws<AdapterException>(() => AdapterMethods.FromPlan(new PlanMethod()));
        Assert.Throws<AdapterException>(() => AdapterMethods.FromPlan(new PlanMethod { Lora = Lora() with { Initialization = "loftq" } }));
    }

    public void Dispose() => _tiny.Dispose();

    private static PlanLora Lora() =>
        new() { Rank = 6, Alpha = 12, Dropout = 0.25, RsLora = true, Dora = true, Initialization = "default" };
}
