using Graft.Adapters.Lora;
using Graft.Api.Methods;
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
        var options = Assert.IsType<LoraMethod>(AdapterMethods.Of(new MethodSpec { Lora = plan })).Options;
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
        using var adapter = AdapterMethods.Of(new MethodSpec { Lora = plan }).Attach(_tiny.Model, seed: 1);
        Assert.Equal(layers, adapter.Trainable.Count(p => p.Name.EndsWith("lora_A.weight", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_plan_without_a_known_method_is_refused()
    {
        Assert.Throws<PlanFormatException>(() => AdapterMethods.Of(new MethodSpec()));
        Assert.Throws<PlanFormatException>(() => AdapterMethods.Of(new MethodSpec { Lora = Lora(), Full = new FullSpec() }));
        Assert.Throws<AdapterException>(() => AdapterMethods.Of(new MethodSpec { Lora = Lora() with { Initialization = "loftq" } }));
    }

    [Fact]
    public void Every_method_of_the_spec_is_registered_once()
    {
        var inTheSpec = typeof(MethodSpec).GetProperties().Select(property => property.PropertyType)
            .Where(type => type.IsClass && type.IsAssignableTo(typeof(IMethodSpec)));

        Assert.Equal(inTheSpec, AdapterMethods.All.Select(method => method.Spec));
        Assert.All(
            AdapterMethods.All.Where(method => ((IMethodSpec)Activator.CreateInstance(method.Spec)!).Publishes == ArtifactKind.Adapter),
            method => Assert.NotNull(method.FileForm is null ? null : method.Load));
    }

    public void Dispose() => _tiny.Dispose();

    private static LoraSpec Lora() =>
        new() { Rank = 6, Alpha = 12, Dropout = 0.25, RsLora = true, Dora = true, Initialization = "default" };
}
