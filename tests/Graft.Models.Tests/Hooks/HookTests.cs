using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Transformers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Models.Tests.Hooks;

public sealed class HookTests : IDisposable
{
    private readonly TinyModel _tiny = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TokenBatch _batch = TokenBatch.Of(tensor([5L, 6, 7, 8]).unsqueeze(0));

    public static TheoryData<string> Families => ["llama", "gpt2"];

    [Fact]
    public void What_hooks_keep_for_a_pass_ends_with_it()
    {
        using var model = _tiny.Initialize(TinyModel.Llama());
        var left = LiveTensors.LeftBy(() =>
        {
            using var noGradient = no_grad();
            var owner = new object();
            var hooks = new ModelHooks
            {
                // Made where the pass itself is the innermost scope, and within a block's.
                Embeddings = [new Embedding((embeddings, context) => embeddings + context.Once(owner, () => zeros(1)))],
                SubLayers = new Dictionary<string, IHook<SubLayerCall>>
                {
                    ["model.layers.0.mlp"] = new SubLayer(call =>
                    {
                        call.Context.Emit("kept", call.Normed);
                        return call.Inner() + call.Context.Once(call.Context, () => zeros(1));
                    }),
                },
            };
            var outputs = new HookOutputs();
            using (NewDisposeScope())
            {
                model.Hidden(TokenBatch.Of(tensor([5L, 6]).unsqueeze(0)), hooks, outputs: outputs);
                Assert.Single(outputs["kept"]);
            }
        });

        Assert.Equal(0, left);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_declared_site_is_passed_once_and_hooks_that_do_nothing_change_nothing(string family)
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(family == "llama" ? TinyModel.Llama() : TinyModel.Gpt2());
        var seen = new List<string>();
        var attention = model.LinearSites.Where(site => site.Layer is not null).Select(
            site => site.Parent).Distinct().ToList();
        var hooks = new ModelHooks
        {
            Linears = model.LinearSites.ToDictionary(
                site => site.Name,
                site => (IHook<LinearCall>)new Linear(call =>
                {
                    seen.Add(site.Name);
                    Assert.Equal(site.InputSize, call.Input.shape[^1]);
                    Assert.Equal([site.OutputSize, site.InputSize], call.Layer.Weight().shape);
                    return call.Inner();
                })),
            SubLayers = attention.ToDictionary(name => name, _ => (IHook<SubLayerCall>)new SubLayer(call => call.Inner())),
            Attention = attention.ToDictionary(name => name, _ => (IHook<AttentionCall>)new Attention(call => call.Inner())),
            Embeddings = [new Embedding((embeddings, _) => embeddings)],
        };
        var hooked = model.Logits(model.Hidden(_batch, hooks), hooks);
        Assert.Equal(model.LinearSites.Select(site => site.Name), seen);
        Assert.Equal(0, TinyModel.LargestDifference(model.Logits(model.Hidden(_batch)), hooked));
    }

    [Fact]
    public void A_sub_layer_hook_replaces_what_is_added_to_the_stream()
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(TinyModel.Llama());
        var nothing = new SubLayer(call => zeros_like(call.Residual));
        var hooks = new ModelHooks
        {
            SubLayers = Enumerable.Range(0, model.Shape.Layers)
                .SelectMany(i => new[] { $"model.layers.{i}.self_attn", $"model.layers.{i}.mlp" })
                .ToDictionary(name => name, _ => (IHook<SubLayerCall>)nothing),
            Observer = (layer, stream) => Assert.Equal(0, TinyModel.LargestDifference(stream, model.Embed(_batch.InputIds!))),
        };
        _ = model.Hidden(_batch, hooks);
    }

    [Fact]
    public void An_attention_hook_can_put_keys_and_values_in_front()
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(TinyModel.Llama());
        var prompt = randn(1, 2, model.Shape.HiddenSize);
        var name = "model.layers.1.self_attn";
        var hooks = new ModelHooks
        {
            Attention = new Dictionary<string, IHook<AttentionCall>>
            {
                [name] = new Attention(call =>
                {
                    var keys = call.ProjectKeys(prompt);
                    Assert.Equal([1, model.Shape.KeyValueHeads, 2, model.Shape.HeadSize], keys.shape);
                    var mask = AttentionMask.Causal(4, 6, null, null, CPU);
                    return ScaledDotProduct.Attend(
                        call.Query, cat([keys, call.Key], 2), cat([call.ProjectValues(prompt), call.Value], 2), mask);
                }),
            },
        };
        Assert.True(TinyModel.LargestDifference(model.Hidden(_batch), model.Hidden(_batch, hooks)) > 1e-4);
    }

    [Fact]
    public void An_embedding_hook_feeds_what_embeddings_feed()
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(TinyModel.Llama());
        var other = randn(1, 4, model.Shape.HiddenSize);
        var hooks = new ModelHooks { Embeddings = [new Embedding((_, _) => other)] };
        Assert.Equal(0, TinyModel.LargestDifference(model.Hidden(TokenBatch.OfEmbeddings(other)), model.Hidden(_batch, hooks)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_replaced_weight_acts_and_gets_a_gradient_while_the_base_gets_none(bool tied)
    {
        var configuration = TinyModel.Llama();
        configuration["tie_word_embeddings"] = tied;
        using var model = _tiny.Initialize(configuration);
        var trained = model.Parameters.ToDictionary(item => item.Key, item => item.Value.clone().requires_grad_());
        var hooks = new ModelHooks { Weights = trained };
        var logits = model.Logits(model.Hidden(_batch, hooks), hooks);
        Assert.Equal(0, TinyModel.LargestDifference(logits, model.Logits(model.Hidden(_batch))));
        logits.square().sum().backward();
        Assert.All(trained.Values, weight => Assert.True(weight.grad is { } gradient && gradient.abs().max().item<float>() > 0));
        Assert.All(model.Parameters.Values, weight => Assert.Null(weight.grad));
    }

    [Fact]
    public void A_trained_copy_of_a_tied_head_leaves_the_embeddings_alone()
    {
        using var noGradient = no_grad();
        var configuration = TinyModel.Llama();
        configuration["tie_word_embeddings"] = true;
        using var model = _tiny.Initialize(configuration);
        var hooks = new ModelHooks { Weights = new Dictionary<string, Tensor> { ["lm_head.weight"] = zeros(61, 32) } };
        Assert.Equal(0, TinyModel.LargestDifference(model.Hidden(_batch), model.Hidden(_batch, hooks)));
        Assert.Equal(0, model.Logits(model.Hidden(_batch, hooks), hooks).abs().max().item<float>());
    }

    public void Dispose()
    {
        _scope.Dispose();
        _tiny.Dispose();
    }

    private sealed class Linear(Func<LinearCall, Tensor> around) : IHook<LinearCall>
    {
        public Tensor Around(in LinearCall call) => around(call);
    }

    private sealed class SubLayer(Func<SubLayerCall, Tensor> around) : IHook<SubLayerCall>
    {
        public Tensor Around(in SubLayerCall call) => around(call);
    }

    private sealed class Attention(Func<AttentionCall, Tensor> around) : IHook<AttentionCall>
    {
        public Tensor Around(in AttentionCall call) => around(call);
    }

    private sealed class Embedding(Func<Tensor, ForwardContext, Tensor> apply) : IEmbeddingHook
    {
        public Tensor Apply(Tensor embeddings, ForwardContext context) => apply(embeddings, context);
    }
}
