using System.Text.Json.Nodes;
using Graft.Models.Decoder;
using Graft.Models.Generation;
using Graft.Models.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Models.Tests;

public sealed class DecoderTests : IDisposable
{
    private const float Tolerance = 2e-5f;
    private readonly TinyModel _tiny = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Families => ["llama", "gpt2"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Sequences_packed_into_a_row_give_what_each_gives_alone(string family)
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(Configuration(family));
        long[] first = [5, 6, 7, 8, 9];
        long[] second = [11, 12, 13];
        var packed = TokenBatch.Of(tensor([.. first, .. second]).unsqueeze(0)) with
        {
            PositionIds = tensor([0L, 1, 2, 3, 4, 0, 1, 2]).unsqueeze(0),
            SegmentIds = tensor([1L, 1, 1, 1, 1, 2, 2, 2]).unsqueeze(0),
        };
        var together = model.Hidden(packed);
        var apart = cat([model.Hidden(Row(first)), model.Hidden(Row(second))], 1);
        Assert.True(TinyModel.LargestDifference(together, apart) < Tolerance);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Padding_on_either_side_changes_nothing(string family)
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(Configuration(family));
        long[] text = [5, 6, 7, 8];
        var alone = model.Hidden(Row(text));
        var right = model.Hidden(Row([.. text, 0, 0]));
        var left = model.Hidden(Row([0, 0, .. text]) with
        {
            PositionIds = tensor([0L, 0, 0, 1, 2, 3]).unsqueeze(0),
            SegmentIds = tensor([0L, 0, 1, 1, 1, 1]).unsqueeze(0),
        });
        Assert.True(TinyModel.LargestDifference(right.narrow(1, 0, 4), alone) < Tolerance);
        Assert.True(TinyModel.LargestDifference(left.narrow(1, 2, 4), alone) < Tolerance);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Generation_with_a_cache_chooses_what_full_passes_choose(string family)
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(Configuration(family));
        long[][] prompts = [[5, 6, 7], [9], [3, 2, 1, 4, 8, 7]];
        var cached = TokenGenerator.Generate(
            model, prompts, new GenerationOptions { MaxNewTokens = 12 }, cancellationToken: TestContext.Current.CancellationToken);
        for (var row = 0; row < prompts.Length; row++)
        {
            var text = prompts[row].ToList();
            for (var i = 0; i < 12; i++)
            {
                var logits = model.Logits(model.Hidden(Row([.. text])));
                text.Add(logits[0][-1].argmax().item<long>());
            }

            Assert.Equal(text[prompts[row].Length..], cached[row]);
        }
    }

    [Fact]
    public void Generation_stops_before_a_stop_token_and_repeats_with_its_seed()
    {
        using var model = _tiny.Initialize(TinyModel.Llama());
        var options = new GenerationOptions { MaxNewTokens = 20, Processors = [new Temperature(1.5), new TopP(0.9)] };
        var token = TestContext.Current.CancellationToken;
        var once = Sampled(options);
        Assert.Equal(once, Sampled(options));
        var stop = once[7];
        Assert.Equal(once[..Array.IndexOf(once, stop)], Sampled(options with { StopRules = [new StopTokens([stop])] }));

        long[] Sampled(GenerationOptions chosen) => TokenGenerator.Generate(
            model, [[5, 6]], chosen with { Chooser = new SamplingChooser(seed: 3) }, cancellationToken: token)[0];
    }

    [Fact]
    public void Loss_at_labeled_positions_equals_the_loss_over_all_logits()
    {
        using var model = _tiny.Initialize(TinyModel.Llama());
        var ids = tensor([5L, 6, 7, 8, 9, 10, 11, 12]).view(2, 4);
        var labels = tensor([-100L, -100, 7, 8, -100, 10, -100, 12]).view(2, 4);
        var hidden = model.Hidden(TokenBatch.Of(ids));
        var loss = NextTokenLoss.Of(model, hidden, labels);
        var all = nn.functional.cross_entropy(
            model.Logits(hidden).narrow(1, 0, 3).flatten(0, 1), labels.narrow(1, 1, 3).flatten(), ignore_index: -100,
            reduction: nn.Reduction.Sum);
        Assert.Equal(4, loss.Count);
        Assert.True(Math.Abs(all.item<float>() - loss.Sum.item<float>()) < 1e-4);
        var right = model.Logits(hidden).argmax(-1).narrow(1, 0, 3).eq(labels.narrow(1, 1, 3)).sum().item<long>();
        Assert.Equal(right, loss.Correct.item<long>());
    }

    [Fact]
    public void A_batch_without_labels_has_no_loss()
    {
        using var model = _tiny.Initialize(TinyModel.Llama());
        var loss = NextTokenLoss.Of(model, model.Hidden(Row([5, 6, 7])), full([1, 3], -100L, ScalarType.Int64));
        Assert.Equal(0, loss.Count);
        Assert.Equal(0, loss.Sum.item<float>());
    }

    [Fact]
    public void Passes_leave_no_tensors_behind()
    {
        using var model = _tiny.Initialize(TinyModel.Llama());
        Assert.Equal(0, LiveTensors.LeftBy(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                using var step = NewDisposeScope();
                var hidden = model.Hidden(Row([5, 6, 7, 8]));
                _ = NextTokenLoss.Of(model, hidden, tensor([5L, 6, 7, 8]).unsqueeze(0));
            }
        }));
    }

    [Fact]
    public void Tensors_that_are_left_behind_are_counted_disposed_ones_and_those_of_others_are_not()
    {
        using var others = tensor([1.0f, 2.0f]);
        Assert.Equal(3, LiveTensors.LeftBy(() =>
        {
            using (NewDisposeScope())
            {
                _ = others + others;
                _ = (others + 1).DetachFromDisposeScope();
            }

            others.sum().Dispose();
            _ = tensor([3.0f, 4.0f]);
            _ = others * 2;
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }));
    }

    [Fact]
    public void A_cache_begun_without_segments_is_not_continued_with_them()
    {
        using var model = _tiny.Initialize(TinyModel.Llama());
        using var noGradient = no_grad();
        using var cache = new KeyValueCache();
        _ = model.Hidden(Row([5, 6]), cache: cache);
        Assert.Equal(2, cache.Length);
        Assert.Throws<ArgumentException>(() => model.Hidden(Row([7]) with { SegmentIds = tensor([1L]).unsqueeze(0) }, cache: cache));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _tiny.Dispose();
    }

    private static JsonObject Configuration(string family) => family == "llama" ? TinyModel.Llama() : TinyModel.Gpt2();

    private static TokenBatch Row(long[] ids) => TokenBatch.Of(tensor(ids).unsqueeze(0));
}
