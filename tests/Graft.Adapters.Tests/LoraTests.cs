using Graft.Adapters.Lora;
using Graft.Adapters.Targets;
using Graft.Models.Hooks;
using Graft.Models.Weights;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests;

public sealed class LoraTests : IDisposable
{
    private static readonly Dictionary<string, LoraOptions> Options = new()
    {
        ["lora"] = new() { Rank = 4, Alpha = 8, Targets = TargetSelection.Everything },
        ["rslora"] = new() { Rank = 4, Alpha = 8, RsLora = true },
        ["gaussian"] = new() { Rank = 4, Initialization = LoraInitialization.Gaussian },
        ["dropout"] = new() { Rank = 4, Dropout = 0.5 },
        ["dora"] = new() { Rank = 4, Alpha = 8, Dora = true, Targets = TargetSelection.Everything },
        ["dora-dropout"] = new() { Rank = 4, Alpha = 8, Dora = true, Dropout = 0.3 },
        ["pissa"] = new() { Rank = 4, Alpha = 8, Initialization = LoraInitialization.Pissa },
        ["olora"] = new() { Rank = 4, Alpha = 2, Initialization = LoraInitialization.Olora, Targets = TargetSelection.Everything },
        ["pissa-rslora"] = new() { Rank = 4, Alpha = 8, RsLora = true, Initialization = LoraInitialization.Pissa },
        ["dora-pissa"] = new() { Rank = 4, Alpha = 8, Dora = true, Initialization = LoraInitialization.Pissa },
        ["head"] = new() { Rank = 2, Targets = TargetSelection.Of("q_proj", "lm_head") },
        ["bias-of-adapted"] = new() { Rank = 2, Bias = LoraBias.LoraOnly },
        ["bias-all"] = new() { Rank = 2, Bias = LoraBias.All, Dora = true },
        ["saved-norms"] = new() { Rank = 2, ModulesToSave = ["norm", "embed_tokens"] },
    };

    private readonly TinyLlama _tiny = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Variants => [.. Options.Keys];

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_new_adapter_leaves_the_model_bit_for_bit_as_it_is(string variant)
    {
        using var adapter = Attach(variant);
        Assert.Equal(0, TinyLlama.Difference(_tiny.Logits(), _tiny.Logits(adapter.Hooks)));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Training_changes_the_adapter_and_nothing_else(string variant)
    {
        using var adapter = Attach(variant);
        var frozen = _tiny.Model.Parameters.ToDictionary(item => item.Key, item => item.Value.clone());
        var before = _tiny.Logits();
        _tiny.Train(adapter, steps: 10);
        Assert.All(frozen, item => Assert.Equal(0, TinyLlama.Difference(item.Value, _tiny.Model.Parameters[item.Key])));
        Assert.Equal(0, TinyLlama.Difference(before, _tiny.Logits()));
        Assert.True(TinyLlama.Difference(before, _tiny.Logits(adapter.Hooks)) > 1e-3);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_trained_tensor_gets_a_gradient(string variant)
    {
        using var adapter = Attach(variant);
        _tiny.Train(adapter, steps: 2);
        _tiny.Loss(adapter.TrainingHooks).backward();
        // Rows of the embedding table that the batch does not use keep a zero gradient; the table as a whole does not.
        Assert.All(adapter.Trainable, p => Assert.True(p.Value.grad!.abs().max().item<float>() > 0, p.Name));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_merged_model_says_what_the_adapted_one_says_and_dropping_the_merge_restores_it(string variant)
    {
        using var adapter = Attach(variant);
        _tiny.Train(adapter, steps: 5);
        var base_ = _tiny.Logits();
        var merged = new ModelHooks { Weights = adapter.Merge() };
        var difference = TinyLlama.Difference(_tiny.Logits(adapter.Hooks), _tiny.Logits(merged));
        Assert.True(difference < 2e-5, $"{difference}");
        Assert.Equal(0, TinyLlama.Difference(base_, _tiny.Logits()));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void What_is_saved_acts_as_it_did_and_saves_again_to_the_same_bytes(string variant)
    {
        using var adapter = Attach(variant);
        _tiny.Train(adapter, steps: 5);
        var (first, second) = (_tiny.NewFolder(), _tiny.NewFolder());
        var files = adapter.Save(first, "tiny");
        Assert.Equal(["adapter_config.json", "adapter_model.safetensors"], files);
        using var loaded = AdapterMethods.Load(first, _tiny.Model);
        var difference = TinyLlama.Difference(_tiny.Logits(adapter.Hooks), _tiny.Logits(loaded.Hooks));
        Assert.True(difference < 2e-5, $"{difference}");
        loaded.Save(second);
        Assert.All(
            files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(first, file)), File.ReadAllBytes(Path.Combine(second, file))));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Restoring_the_state_into_a_new_adapter_continues_the_run_bit_for_bit(string variant)
    {
        manual_seed(11);
        using var straight = Attach(variant);
        _tiny.Train(straight, steps: 3);
        // Another seed: whatever the restored adapter drew itself must be gone.
        using var resumed = new LoraMethod(Options[variant]).Attach(_tiny.Model, seed: 99);
        resumed.Restore(straight.State, "the checkpoint");
        var generator = get_rng_state();
        var expected = _tiny.Train(straight, steps: 3);
        set_rng_state(generator);
        Assert.Equal(expected, _tiny.Train(resumed, steps: 3));
        Assert.Equal(0, TinyLlama.Difference(_tiny.Logits(straight.Hooks), _tiny.Logits(resumed.Hooks)));
    }

    [Fact]
    public void The_seed_decides_the_start()
    {
        var method = new LoraMethod(Options["lora"]);
        using var one = method.Attach(_tiny.Model, seed: 1);
        using var again = method.Attach(_tiny.Model, seed: 1);
        using var other = method.Attach(_tiny.Model, seed: 2);
        Assert.All(one.State, item => Assert.Equal(0, TinyLlama.Difference(item.Value, again.State[item.Key])));
        var a = one.Trainable[0];
        Assert.EndsWith("lora_A.weight", a.Name);
        Assert.True(TinyLlama.Difference(a.Value, other.Trainable[0].Value) > 0.01);
        var bound = 1 / Math.Sqrt(a.Value.shape[1]);
        Assert.InRange(a.Value.abs().max().item<float>(), 0.9 * bound, bound);
    }

    [Fact]
    public void Dropout_acts_in_training_only()
    {
        using var adapter = Attach("dropout");
        _tiny.Train(adapter, steps: 3);
        Assert.Equal(0, TinyLlama.Difference(_tiny.Logits(adapter.Hooks), _tiny.Logits(adapter.Hooks)));
        Assert.True(TinyLlama.Difference(_tiny.Logits(adapter.TrainingHooks), _tiny.Logits(adapter.TrainingHooks)) > 1e-4);
    }

    [Fact]
    public void Counts_are_rank_times_both_sizes()
    {
        using var adapter = Attach("lora");
        var expected = _tiny.Model.LinearSites.Where(site => !site.IsOutputHead).Sum(site => 4L * (site.InputSize + site.OutputSize));
        Assert.Equal(expected, adapter.TrainableCount());
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("dora")]
    [InlineData("pissa")]
    [InlineData("saved-norms")]
    public void The_batch_is_learnt_by_heart(string variant)
    {
        using var adapter = Attach(variant);
        _tiny.Train(adapter, steps: 150);
        // The frozen head bounds how low the loss can go, but not what is likeliest.
        Assert.True(_tiny.Accuracy(ModelHooks.None) < 0.5);
        Assert.Equal(1, _tiny.Accuracy(adapter.Hooks));
    }

    [Fact]
    public void DoRAs_gradient_equals_differences_of_the_loss_with_the_norm_held()
    {
        using var adapter = Attach("dora");
        _tiny.Train(adapter, steps: 3);
        foreach (var parameter in adapter.Trainable)
        {
            parameter.Value.grad = null;
        }

        // The norm is a constant in the backward pass, so only the magnitude's gradient is the loss's own derivative.
        var magnitude = adapter.Trainable.First(p => p.Name.EndsWith("lora_magnitude_vector", StringComparison.Ordinal)).Value;
        _tiny.Loss(adapter.Hooks).backward();
        var analytic = magnitude.grad![3].item<float>();
        const float Step = 1e-2f;
        var numeric = (LossWith(Step) - LossWith(-Step)) / (2 * Step);
        Assert.InRange(numeric, analytic - 2e-3f, analytic + 2e-3f);
        Assert.True(Math.Abs(analytic) > 1e-3);

        float LossWith(float change)
        {
            using var noGradient = no_grad();
            var entry = magnitude[3];
            var before = entry.clone();
            entry.add_(change);
            var loss = _tiny.Loss(adapter.Hooks).item<float>();
            entry.copy_(before);
            return loss;
        }
    }

    [Fact]
    public void A_head_that_is_tied_can_be_adapted_without_touching_the_embeddings()
    {
        using var tied = new TinyLlama(tied: true);
        using var adapter = new LoraMethod(Options["head"]).Attach(tied.Model, seed: 1);
        tied.Train(adapter, steps: 3);
        var merged = adapter.Merge();
        Assert.Contains("lm_head.weight", merged.Keys);
        Assert.DoesNotContain("model.embed_tokens.weight", merged.Keys);
        Assert.True(TinyLlama.Difference(tied.Logits(adapter.Hooks), tied.Logits(new ModelHooks { Weights = merged })) < 2e-5);
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("dora")]
    [InlineData("olora")]
    public void On_a_half_precision_base_the_adapter_trains_in_single(string variant)
    {
        using var half = new TinyLlama(type: ScalarType.BFloat16);
        using var adapter = new LoraMethod(Options[variant]).Attach(half.Model, seed: 1);
        Assert.All(adapter.Trainable, p => Assert.Equal(ScalarType.Float32, p.Value.dtype));
        Assert.Equal(0, TinyLlama.Difference(half.Logits(), half.Logits(adapter.Hooks)));
        half.Train(adapter, steps: 60);
        Assert.Equal(1, half.Accuracy(adapter.Hooks));
        Assert.All(adapter.Merge().Values, weight => Assert.Equal(ScalarType.BFloat16, weight.dtype));
    }

    [Fact]
    public void A_trained_bias_is_saved_under_the_name_PEFT_gives_it()
    {
        using var adapter = Attach("bias-of-adapted");
        Assert.Contains("base_model.model.model.layers.0.self_attn.q_proj.base_layer.bias", adapter.State.Keys);
        Assert.DoesNotContain(adapter.State.Keys, name => name.Contains("k_proj", StringComparison.Ordinal));
        using var all = Attach("bias-all");
        Assert.Contains("base_model.model.model.layers.0.self_attn.k_proj.bias", all.State.Keys);
    }

    [Fact]
    public void Merging_what_is_not_finite_is_refused()
    {
        using var adapter = Attach("lora");
        using (no_grad())
        {
            adapter.Trainable[0].Value.fill_(float.NaN);
        }

        Assert.Contains("not finite", Assert.Throws<AdapterException>(adapter.Merge).Message);
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_listed()
    {
        using var adapter = Attach("rslora");
        var folder = _tiny.NewFolder();
        adapter.Save(folder, "tiny");
        var path = Path.Combine(folder, "adapter_model.safetensors");
        var tensors = TensorFiles.Load(path);
        const string Name = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
        tensors["stranger"] = tensors[Name];
        tensors.Remove(Name);
        TensorFiles.Save(path, tensors);
        var message = Assert.Throws<AdapterException>(() => AdapterMethods.Load(folder, _tiny.Model)).Message;
        Assert.Contains($"missing {Name}", message);
        Assert.Contains("unexpected stranger", message);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _tiny.Dispose();
    }

    private IAdapter Attach(string variant) => new LoraMethod(Options[variant]).Attach(_tiny.Model, seed: 1);
}
