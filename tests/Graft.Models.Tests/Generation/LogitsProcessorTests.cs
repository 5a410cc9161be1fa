using Graft.Models.Generation;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Models.Tests.Generation;

public sealed class LogitsProcessorTests
{
    private static readonly float Removed = float.NegativeInfinity;

    [Fact]
    public void Top_k_keeps_what_is_as_likely_as_the_last_of_the_k()
    {
        Assert.Equal([5, 3, 3, Removed], Apply(new TopK(2), [5, 3, 3, 1]));
        Assert.Equal([5, 3, 3, 1], Apply(new TopK(100), [5, 3, 3, 1]));
    }

    [Fact]
    public void Top_p_keeps_the_token_that_reaches_p_and_always_the_likeliest()
    {
        // Probabilities 0.5, 0.25, 0.125, 0.125.
        var logits = new[] { 0.125f, 0.5f, 0.25f, 0.125f }.Select(x => MathF.Log(x)).ToArray();
        Assert.Equal([Removed, logits[1], logits[2], Removed], Apply(new TopP(0.7), logits));
        Assert.Equal([Removed, logits[1], Removed, Removed], Apply(new TopP(1e-9), logits));
    }

    [Fact]
    public void A_filter_sees_what_the_one_before_removed_and_shares_the_probabilities_anew()
    {
        // Of 0.4, 0.3, 0.2, 0.1 the first two stay: 0.57 and 0.43, so that the likeliest alone reaches 0.5.
        var logits = new[] { 0.4f, 0.3f, 0.2f, 0.1f }.Select(x => MathF.Log(x)).ToArray();
        var few = Apply(new TopK(2), logits);
        Assert.Equal([logits[0], Removed, Removed, Removed], Apply(new TopP(0.5), few));
        Assert.Equal([logits[0], logits[1], Removed, Removed], Apply(new TopP(0.5), logits));
    }

    [Fact]
    public void A_repetition_penalty_counts_each_token_of_prompt_and_text_once_and_lowers_negative_logits_too()
    {
        Assert.Equal([2, -4, 3, -1], Apply(new RepetitionPenalty(2), [4, -2, 3, -1], prompt: [0, 0, 1]));
    }

    [Fact]
    public void Greedy_takes_the_lowest_id_among_equals() =>
        Assert.Equal([1L], new GreedyChooser().Choose(tensor(new[,] { { 1f, 2f, 2f } }), default));

    [Fact]
    public void Samples_follow_the_distribution_and_never_take_what_is_removed()
    {
        float[] logits = [MathF.Log(0.2f), Removed, MathF.Log(0.3f), MathF.Log(0.5f), Removed];
        var counts = new int[logits.Length];
        for (var i = 0; i < 1000; i++)
        {
            counts[SamplingChooser.Sample(logits, (i + 0.5) / 1000)]++;
        }

        Assert.Equal([200, 0, 300, 500, 0], counts);
        Assert.Equal(3, SamplingChooser.Sample(logits, 1 - 1e-17));
    }

    [Fact]
    public void A_stop_string_ends_a_text_wherever_tokens_begin_and_end_in_it()
    {
        string[] vocabulary = ["ab", "cd", "e"];
        var rule = new StopStrings(["bc"], ids => string.Concat(ids.Select(id => vocabulary[id])));
        Assert.False(rule.EndsAfter(new GeneratedText([1], 0)));
        Assert.True(rule.EndsAfter(new GeneratedText([1], 0, 1)));
    }

    private static float[] Apply(ILogitsProcessor processor, float[] logits, long[]? prompt = null)
    {
        using var scope = NewDisposeScope();
        var step = new GenerationStep([new GeneratedText(prompt ?? [0])], zeros(1, 1));
        return processor.Apply(tensor(logits).unsqueeze(0), step).data<float>().ToArray();
    }
}
