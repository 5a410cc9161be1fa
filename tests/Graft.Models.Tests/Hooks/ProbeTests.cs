using Graft.Models.Decoder;
using Graft.Models.Generation;
using Graft.Models.Hooks;
using Graft.Models.Weights;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Models.Tests.Hooks;

/// <summary>
/// Small methods of every kind that is planned, on every kind of model: what they need of the hook points is there.
/// </summary>
public sealed class ProbeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(11, CPU);

    public static TheoryData<string> Families => [.. HookedFamily.Names];

    public static TheoryData<string> Decoders => ["llama", "gpt2"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Virtual_tokens_change_what_real_ones_give_and_are_trained(string family)
    {
        using var tiny = new HookedFamily(family);
        var vectors = Random(3, 32).requires_grad_();
        var output = tiny.Run(new ModelHooks { VirtualTokens = [new PromptProbe(vectors)] });

        Assert.Equal(tiny.Run().shape, output.shape);
        Assert.True(TinyModel.LargestDifference(output, tiny.Run()) > 1e-3);
        output.square().sum().backward();
        Assert.True(vectors.grad!.abs().min().item<float>() > 0);
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Virtual_tokens_are_what_embeddings_in_front_would_be(string family)
    {
        using var noGradient = no_grad();
        using var tiny = new HookedFamily(family);
        var model = (ICausalLanguageModel)tiny.Model;
        var (vectors, ids) = (Random(3, 32), tensor([5L, 6, 7, 8]).unsqueeze(0));
        var expected = model.Hidden(TokenBatch.OfEmbeddings(cat([vectors.unsqueeze(0), model.Embed(ids)], 1))).narrow(1, 3, 4);
        var hooks = new ModelHooks { VirtualTokens = [new PromptProbe(vectors[..1]), new PromptProbe(vectors[1..])] };

        Assert.Equal(3, hooks.ExtraPositions);
        Assert.Equal(0, TinyModel.LargestDifference(expected, model.Hidden(TokenBatch.Of(ids), hooks)));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_prefix_of_zeros_takes_its_share_of_attention(string family)
    {
        using var tiny = new HookedFamily(family);
        var shape = tiny.Model.Shape;
        var both = zeros([2, shape.KeyValueHeads, 2, shape.HeadSize]).requires_grad_();
        var output = tiny.Run(Prefixed(tiny, both, shifts: false));

        Assert.True(TinyModel.LargestDifference(output, tiny.Run()) > 1e-3);
        output.square().sum().backward();
        Assert.True(both.grad!.abs().max().item<float>() > 0);
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void A_prefix_shifts_positions_or_does_not(string family)
    {
        using var noGradient = no_grad();
        using var tiny = new HookedFamily(family);
        var model = (ICausalLanguageModel)tiny.Model;
        var both = Random(2, tiny.Model.Shape.KeyValueHeads, 2, tiny.Model.Shape.HeadSize);
        var ids = tensor([5L, 6, 7, 8]).unsqueeze(0);
        var later = TokenBatch.Of(ids) with { PositionIds = arange(2, 6).unsqueeze(0) };

        var shifted = model.Hidden(TokenBatch.Of(ids), Prefixed(tiny, both, shifts: true));
        Assert.Equal(0, TinyModel.LargestDifference(shifted, model.Hidden(later, Prefixed(tiny, both, shifts: false))));
        if (family == "gpt2")
        {
            // Rotary positions are relative, so that only absolute ones tell the difference.
            var unshifted = model.Hidden(TokenBatch.Of(ids), Prefixed(tiny, both, shifts: false));
            Assert.True(TinyModel.LargestDifference(shifted, unshifted) > 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_gated_prompt_sees_the_picture_of_its_row(string family)
    {
        using var tiny = new HookedFamily(family);
        var (prompt, features) = (Random(4, 32), Random(2, 32));
        var gate = zeros(1).requires_grad_();
        var hooks = new ModelHooks
        {
            Attention = tiny.Attention.ToDictionary(
                name => name, IHook<AttentionCall> (_) => new GatedPromptProbe(prompt, gate)),
        };

        Assert.Equal(0, TinyModel.LargestDifference(tiny.Run(), tiny.Run(hooks, side: ("image.features", features))));
        using (no_grad())
        {
            gate.fill_(1);
        }

        var other = cat([features[..1], Random(1, 32)], 0);
        var (one, two) = (tiny.Run(hooks, side: ("image.features", features)), tiny.Run(hooks, side: ("image.features", other)));
        Assert.Equal(0, TinyModel.LargestDifference(one[0], two[0]));
        Assert.True(TinyModel.LargestDifference(one[1], two[1]) > 1e-3);
        one.square().sum().backward();
        Assert.NotEqual(0, gate.grad!.item<float>());
        var error = Assert.Throws<ModelException>(() => tiny.Run(hooks));
        Assert.Contains("image.features", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Hooks_on_one_layer_act_from_the_inside_out(string family)
    {
        using var noGradient = no_grad();
        using var tiny = new HookedFamily(family);
        var (a, b) = (Random(32, 2), Random(2, 32));
        ModelHooks On(Func<IHook<LinearCall>> hook) => new() { Linears = tiny.Outputs.ToDictionary(name => name, _ => hook()) };
        var (lowRank, scaled, input) = (
            On(() => new LowRankProbe(a, b)), On(() => new ScaleProbe(3)), On(() => new InputScaleProbe(2)));

        var chained = tiny.Run(ModelHooks.Combine(lowRank, scaled, input));

        // ((W + ab)(2x) + bias) · 3
        var expected = tiny.Run(On(() => new Direct(call => 3 * (
            call.Layer.Apply(2 * call.Input) + (2 * call.Input).matmul(a).matmul(b)))));
        Assert.InRange(TinyModel.LargestDifference(expected, chained), 0, 1e-4);
        Assert.True(TinyModel.LargestDifference(chained, tiny.Run(ModelHooks.Combine(scaled, lowRank, input))) > 1e-3);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void What_hooks_emit_reaches_the_loss_with_its_graph(string family)
    {
        using var tiny = new HookedFamily(family);
        var vectors = Random(2, 32).requires_grad_();
        var hooks = ModelHooks.Combine(
            new ModelHooks { VirtualTokens = [new PromptProbe(vectors)] },
            new ModelHooks { SubLayers = tiny.Attention.ToDictionary(name => name, IHook<SubLayerCall> (_) => new EmitProbe("mids")) });
        var outputs = new HookOutputs();
        tiny.Run(hooks, outputs).Dispose();

        Assert.Equal(tiny.Model.Shape.Layers, outputs["mids"].Count);
        Assert.Empty(outputs["others"]);
        outputs["mids"][^1].square().sum().backward();
        Assert.True(vectors.grad!.abs().max().item<float>() > 0);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_pass_can_begin_at_any_block(string family)
    {
        using var noGradient = no_grad();
        using var tiny = new HookedFamily(family);
        var streams = new List<Tensor>();
        var whole = tiny.Run(new ModelHooks { Observer = (_, stream) => streams.Add(stream.clone().MoveToOuterDisposeScope()) });

        Assert.Equal(tiny.Model.Shape.Layers + 1, streams.Count);
        for (var layer = 0; layer < streams.Count; layer++)
        {
            Assert.Equal(0, TinyModel.LargestDifference(whole, tiny.RunFrom(streams[layer], layer)));
        }

        var late = new ModelHooks { VirtualTokens = [new PromptProbe(Random(1, 32))] };
        Assert.Throws<ArgumentException>(() => tiny.RunFrom(streams[1], 1, late));
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Generation_and_packing_know_tokens_and_prefixes_in_front(string family)
    {
        using var noGradient = no_grad();
        using var tiny = new HookedFamily(family);
        var model = (ICausalLanguageModel)tiny.Model;
        var both = Random(2, model.Shape.KeyValueHeads, 2, model.Shape.HeadSize);
        var hooks = ModelHooks.Combine(
            new ModelHooks { VirtualTokens = [new PromptProbe(Random(3, 32))] }, Prefixed(tiny, both, shifts: true));
        long[] first = [5, 6, 7, 8, 9], second = [11, 12];
        Tensor Alone(long[] ids) => model.Hidden(TokenBatch.Of(tensor(ids).unsqueeze(0)), hooks)[0];

        var packed = TokenBatch.Of(tensor([.. first, .. second, 0]).unsqueeze(0)) with
        {
            PositionIds = tensor([0L, 1, 2, 3, 4, 0, 1, 0]).unsqueeze(0),
            SegmentIds = tensor([1L, 1, 1, 1, 1, 2, 2, 0]).unsqueeze(0),
        };
        var together = model.Hidden(packed, hooks)[0];
        Assert.InRange(TinyModel.LargestDifference(Alone(first), together.narrow(0, 0, 5)), 0, 1e-5);
        Assert.InRange(TinyModel.LargestDifference(Alone(second), together.narrow(0, 5, 2)), 0, 1e-5);

        var generated = TokenGenerator.Generate(
            model, [first, second], new GenerationOptions { MaxNewTokens = 6 }, hooks,
            cancellationToken: TestContext.Current.CancellationToken);
        foreach (var (prompt, tokens) in new[] { first, second }.Zip(generated))
        {
            var text = prompt.ToList();
            foreach (var token in tokens)
            {
                Assert.Equal(model.Logits(Alone([.. text])[^1], hooks).argmax().item<long>(), token);
                text.Add(token);
            }
        }
    }

    [Fact]
    public void Weights_and_positions_that_contradict_each_other_are_refused()
    {
        using var tiny = new HookedFamily("llama");
        var weights = new ModelHooks { Weights = new Dictionary<string, Tensor> { ["lm_head.weight"] = Random(61, 32) } };
        Assert.Throws<ArgumentException>(() => ModelHooks.Combine(weights, weights));
        var both = Random(2, 2, 2, 8);
        Assert.Throws<ArgumentException>(
            () => ModelHooks.Combine(Prefixed(tiny, both, shifts: true), Prefixed(tiny, both, shifts: false)));
        var twice = ModelHooks.Combine(Prefixed(tiny, both, shifts: true), Prefixed(tiny, both, shifts: true));
        Assert.Equal(4, twice.ExtraPositions);
        var longer = cat([both, both], 2);
        Assert.InRange(
            TinyModel.LargestDifference(tiny.Run(twice), tiny.Run(Prefixed(tiny, longer, shifts: true))), 0, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Linear_layers_may_be_kept_in_few_bits(string family)
    {
        using var noGradient = no_grad();
        using var tiny = new TinyModel();
        using var dense = tiny.Initialize(family == "llama" ? TinyModel.Llama() : TinyModel.Gpt2());
        TensorFiles.Save(Path.Combine(tiny.Folder, Checkpoint.SingleFile), dense.Parameters);
        using var stored = CausalLanguageModels.Load(
            tiny.Folder, storage: (site, weight, bias) => new EightBitProbe(site, weight, bias));
        var batch = TokenBatch.Of(tensor([5L, 6, 7, 8]).unsqueeze(0));

        var layer = stored.LinearSites[0];
        Assert.False(stored.Parameters.ContainsKey(layer.WeightName));
        Assert.True(stored.Parameters.ContainsKey(stored.LinearSites[^1].WeightName));
        Assert.InRange(TinyModel.LargestDifference(dense.Linear(layer.Name).Weight(), stored.Linear(layer.Name).Weight()), 1e-6, 0.01);
        var difference = TinyModel.LargestDifference(dense.Hidden(batch), stored.Hidden(batch));
        Assert.InRange(difference, 1e-6, 0.2);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _random.Dispose();
    }

    private static ModelHooks Prefixed(HookedFamily tiny, Tensor both, bool shifts) => new()
    {
        Prefixes = tiny.Attention.ToDictionary(name => name, IKeyValuePrefix (_) => new PrefixProbe(both, shifts)),
    };

    private Tensor Random(params long[] shape) => randn(shape, generator: _random);

    private sealed class Direct(Func<LinearCall, Tensor> around) : IHook<LinearCall>
    {
        public Tensor Around(in LinearCall call) => around(call);
    }
}
