using Graft.Adapters.Peft;
using Graft.Api.Methods;
using Graft.Models.Hooks;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests.Conformance;

/// <summary>What every registered method promises, on every family of models. A method that is registered is tested here.</summary>
public sealed class ConformanceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, string> MethodsAndFamilies
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var method in AdapterMethods.All)
            {
                foreach (var family in TinyFamily.Names.Where(family => !method.NeedsLanguageModel || !TinyFamily.IsEncoder(family)))
                {
                    rows.Add(method.Spec.Name, family);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(MethodsAndFamilies))]
    public void A_new_adapter_leaves_the_model_as_it_is_or_says_that_it_does_not(string spec, string family)
    {
        using var tiny = new TinyFamily(family);
        using var adapter = Method(spec).Attach(tiny.Model, seed: 1);

        Assert.Equal(adapter.BeginsAsBase, TinyFamily.Difference(tiny.Output(), tiny.Output(adapter.Hooks)) == 0);
        Assert.True(adapter.IsUntrained);
    }

    [Theory]
    [MemberData(nameof(MethodsAndFamilies))]
    public void Training_lowers_the_loss_and_leaves_the_base_alone(string spec, string family)
    {
        using var tiny = new TinyFamily(family);
        using var adapter = Method(spec).Attach(tiny.Model, seed: 1);
        var (before, parameters) = (tiny.Output(), tiny.Parameters());
        var (first, last) = tiny.Train(adapter, steps: 30);

        Assert.True(last < 0.8 * first, $"{last} is not much less than {first}");
        Assert.False(adapter.IsUntrained);
        Assert.Equal(0, TinyFamily.Difference(before, tiny.Output()));
        Assert.All(tiny.Model.Parameters, now => Assert.Equal(0, TinyFamily.Difference(parameters[now.Key], now.Value)));
    }

    [Theory]
    [MemberData(nameof(MethodsAndFamilies))]
    public void The_seed_decides_the_start(string spec, string family)
    {
        using var tiny = new TinyFamily(family);
        using var one = Method(spec).Attach(tiny.Model, seed: 7);
        using var same = Method(spec).Attach(tiny.Model, seed: 7);

        Assert.Equal(one.Trainable.Select(p => p.Name), same.Trainable.Select(p => p.Name));
        Assert.All(one.Trainable.Zip(same.Trainable), pair => Assert.Equal(0, TinyFamily.Difference(pair.First.Value, pair.Second.Value)));
    }

    [Theory]
    [MemberData(nameof(MethodsAndFamilies))]
    public void Two_adapters_on_one_base_do_not_touch_each_other(string spec, string family)
    {
        using var tiny = new TinyFamily(family);
        using var idle = Method(spec).Attach(tiny.Model, seed: 1);
        using var busy = Method(spec).Attach(tiny.Model, seed: 1);
        var before = tiny.Output(idle.Hooks);
        tiny.Train(busy, steps: 3);

        Assert.Equal(0, TinyFamily.Difference(before, tiny.Output(idle.Hooks)));
        Assert.NotEqual(0, TinyFamily.Difference(tiny.Output(), tiny.Output(busy.Hooks)));
    }

    [Theory]
    [MemberData(nameof(MethodsAndFamilies))]
    public void The_merged_weights_compute_what_the_adapter_does(string spec, string family)
    {
        using var tiny = new TinyFamily(family);
        using var adapter = Method(spec).Attach(tiny.Model, seed: 1);
        tiny.Train(adapter, steps: 5);
        if (!adapter.IsMergeable)
        {
            Assert.Throws<AdapterException>(adapter.Merge);
            return;
        }

        var merged = tiny.Output(new ModelHooks { Weights = adapter.Merge() });

        Assert.InRange(TinyFamily.Difference(tiny.Output(adapter.Hooks), merged), 0, 1e-4);
    }

    [Theory]
    [MemberData(nameof(MethodsAndFamilies))]
    public void A_checkpoint_restores_the_state_exactly(string spec, string family)
    {
        using var tiny = new TinyFamily(family);
        using var adapter = Method(spec).Attach(tiny.Model, seed: 1);
        tiny.Train(adapter, steps: 5);
        using var restored = Method(spec).Attach(tiny.Model, seed: 2);
        restored.Restore(adapter.State.ToDictionary(item => item.Key, item => item.Value.detach().clone()), "checkpoint");

        Assert.Equal(0, TinyFamily.Difference(tiny.Output(adapter.Hooks), tiny.Output(restored.Hooks)));
    }

    [Theory]
    [MemberData(nameof(MethodsAndFamilies))]
    public void What_is_saved_loads_as_what_was_trained_and_saves_as_the_same_bytes(string spec, string family)
    {
        if (!PublishesAdapter(spec))
        {
            // A whole model: FullTests open it as one.
            return;
        }

        using var tiny = new TinyFamily(family);
        using var adapter = Method(spec).Attach(tiny.Model, seed: 1);
        tiny.Train(adapter, steps: 5);
        var (first, second) = (tiny.NewFolder(), tiny.NewFolder());
        var written = adapter.Save(first, "tiny");
        using var loaded = AdapterMethods.Load(first, tiny.Model);
        loaded.Save(second);

        Assert.Equal(PeftFolder.ConfigurationFile, written[0]);
        Assert.Equal(0, TinyFamily.Difference(tiny.Output(adapter.Hooks), tiny.Output(loaded.Hooks)));
        Assert.All(
            written, file => Assert.Equal(File.ReadAllBytes(Path.Combine(first, file)), File.ReadAllBytes(Path.Combine(second, file))));
    }

    [Theory]
    [MemberData(nameof(MethodsAndFamilies))]
    public void A_base_in_half_precision_is_adapted_too(string spec, string family)
    {
        if (!PublishesAdapter(spec))
        {
            return;
        }

        using var tiny = new TinyFamily(family, ScalarType.BFloat16);
        using var adapter = Method(spec).Attach(tiny.Model, seed: 1);
        var (first, last) = tiny.Train(adapter, steps: 30);

        Assert.True(last < 0.9 * first, $"{last} is not less than {first}");
        Assert.All(adapter.Trainable, parameter => Assert.Equal(ScalarType.Float32, parameter.Value.dtype));
    }

    [Fact]
    public void A_method_that_needs_a_language_model_says_so_of_an_encoder()
    {
        using var tiny = new TinyFamily("clip");
        foreach (var method in AdapterMethods.All.Where(method => method.NeedsLanguageModel))
        {
            var error = Assert.Throws<AdapterException>(() => Method(method.Spec.Name).Attach(tiny.Model, seed: 1));
            Assert.Contains("language model", error.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        _scope.Dispose();
    }

    private static IAdapterMethod Method(string spec)
    {
        var registered = AdapterMethods.All.Single(method => method.Spec.Name == spec);
        return registered.Make(Spec(registered.Spec));
    }

    private static bool PublishesAdapter(string spec)
    {
        return Spec(AdapterMethods.All.Single(method => method.Spec.Name == spec).Spec).Publishes == ArtifactKind.Adapter;
    }

    private static IMethodSpec Spec(Type type)
    {
        return (IMethodSpec)Activator.CreateInstance(type)!;
    }
}
