using Graft.Trainer.Optimization;
using Graft.Trainer.Tests.Support;
using Graft.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Trainer.Tests.Optimization;

/// <summary>Float16 with a scale of the loss, on sessions of a tiny model.</summary>
public sealed class LossScaleTests : IDisposable
{
    private readonly TinyWorld _world = new();
    private readonly Sessions _single;
    private readonly Sessions _half;

    public LossScaleTests() => (_single, _half) = (new Sessions(_world), new Sessions(_world, ScalarType.Float16));

    public void Dispose()
    {
        _single.Dispose();
        _half.Dispose();
        _world.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    public void Gradients_of_a_record_and_of_a_thousand_copies_are_those_of_float32(int copies)
    {
        using var single = Session(_single, "float32", copies);
        using var half = Session(_half, "float16", copies);

        single.Advance();
        half.Advance();

        Assert.InRange(Difference(Gradient(half), Gradient(single)), 0, 0.01);
    }

    [Fact]
    public void A_step_whose_gradient_is_infinite_is_made_again_with_a_smaller_scale()
    {
        using var usual = Session(_half, "float16", copies: 4);
        using var high = Session(_half, "float16", copies: 4);
        high.LossScale!.State = new LossScaleState(Math.Pow(2, 40), 7);

        usual.Advance();
        var report = high.Advance();

        Assert.True(double.IsFinite(report.GradientNorm));
        Assert.InRange(high.LossScale.Factor, 1, Math.Pow(2, 30));
        Assert.Equal(1, high.Optimizer.Updates);
        Assert.InRange(Difference(Gradient(high), Gradient(usual)), 0, 0.01);
    }

    [Fact]
    public void The_scale_doubles_after_two_thousand_steps_and_ends_at_one()
    {
        var scale = new LossScale();
        for (var step = 0; step < 1999; step++)
        {
            scale.Count();
        }

        Assert.Equal(new LossScaleState(65536, 1999), scale.State);
        scale.Count();
        Assert.Equal(new LossScaleState(131072, 0), scale.State);
        Assert.Equal(17, Enumerable.Range(0, 100).TakeWhile(_ => scale.TryLower()).Count());
    }

    [Fact]
    public void Only_float16_has_one()
    {
        using var session = Session(_single, "float32", copies: 1);
        Assert.Null(session.LossScale);
    }

    private static TrainingSession Session(Sessions sessions, string precision, int copies) => sessions.New(
        TinyPlan.Training with
        {
            Precision = precision,
            BatchSize = copies,
            GradientAccumulationSteps = 1,
            MaxSteps = 3,
            WarmupSteps = 0,
            MaxGradientNorm = 0,
        },
        TinyPlan.Lora(),
        [.. Enumerable.Repeat(sessions.Samples[0], copies)]);

    // After one step the optimizer's mean is a tenth of the gradient.
    private static Tensor Gradient(TrainingSession session) =>
        cat([.. session.Optimizer.Moments.Where(m => m.Key.EndsWith(".mean", StringComparison.Ordinal)).Select(m => m.Value.flatten())]);

    private static double Difference(Tensor one, Tensor other)
    {
        using var scope = NewDisposeScope();
        return ((one - other).norm() / other.norm()).item<float>();
    }
}
