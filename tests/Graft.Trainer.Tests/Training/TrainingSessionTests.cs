using Graft.Api.Methods;
using Graft.Data.Batches;
using Graft.Models.Tests;
using Graft.Trainer.Checkpoints;
using Graft.Trainer.Evaluation;
using Graft.Trainer.Optimization;
using Graft.Trainer.Parts;
using Graft.Trainer.Tests.Support;
using Graft.Trainer.Training;
using Xunit;

namespace Graft.Trainer.Tests.Training;

public sealed class TrainingSessionTests : IDisposable
{
    private readonly TinyWorld _world = new();
    private readonly Sessions _sessions;

    public TrainingSessionTests() => _sessions = new Sessions(_world);

    public void Dispose()
    {
        _sessions.Dispose();
        _world.Dispose();
    }

    [Fact]
    public void Before_training_the_adapted_model_is_the_base_to_the_bit()
    {
        using var session = _sessions.New();
        var evaluator = new LossEvaluator(
            PartGraph.Of(_sessions.Model), new NextTokenObjective(), _sessions.HeldOut, 4, _sessions.Collator);

        var adapted = evaluator.Measure(session.Parts.Hooks, null, TestContext.Current.CancellationToken);

        Assert.Equal(evaluator.Measure(null, null, TestContext.Current.CancellationToken), adapted);
    }

    [Fact]
    public void Frozen_weights_are_not_changed_by_training()
    {
        var before = Sessions.Digest(_sessions.Model.Parameters);
        using var session = _sessions.New();
        var start = Sessions.Digest(session.Parts.State);

        Sessions.Advance(session, 10);

        Assert.Equal(before, Sessions.Digest(_sessions.Model.Parameters));
        Assert.NotEqual(start, Sessions.Digest(session.Parts.State));
    }

    [Fact]
    public void A_resumed_session_goes_on_with_the_scale_of_its_loss()
    {
        using var half = new Sessions(_world, TorchSharp.torch.ScalarType.Float16);
        var training = TinyPlan.Training with { Precision = "float16" };
        using var straight = half.New(training);
        straight.LossScale!.State = new LossScaleState(4096, 1996);
        Sessions.Advance(straight, 3);
        var store = new CheckpointStore(_world.Folder("checkpoints"), "sha256:plan");
        store.Save(Record(straight), SessionCheckpoint.Tensors(straight));
        using var resumed = half.New(training);
        SessionCheckpoint.Restore(resumed, store.LoadNewest(Assert.Fail)!);

        Assert.Equal(Sessions.Advance(straight, 3), Sessions.Advance(resumed, 3));
        Assert.Equal(new LossScaleState(8192, 2), resumed.LossScale!.State);
        Assert.Equal(straight.LossScale.State, resumed.LossScale.State);
        Assert.Equal(Sessions.Digest(straight), Sessions.Digest(resumed));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)] // in the middle of the first epoch of six steps
    [InlineData(6)]
    [InlineData(9)]
    public void Resuming_equals_a_straight_run_to_the_bit_dropout_included(int stoppedAt)
    {
        using var straight = _sessions.New();
        var losses = Sessions.Advance(straight, 12);
        var store = new CheckpointStore(_world.Folder("checkpoints"), "sha256:plan");
        using (var stopped = _sessions.New())
        {
            Sessions.Advance(stopped, stoppedAt);
            store.Save(Record(stopped), SessionCheckpoint.Tensors(stopped));
        }

        using var resumed = _sessions.New();
        SessionCheckpoint.Restore(resumed, store.LoadNewest(Assert.Fail)!);
        var rest = Sessions.Advance(resumed, 12 - stoppedAt);

        Assert.Equal(losses[stoppedAt..], rest);
        Assert.Equal(Sessions.Digest(straight), Sessions.Digest(resumed));
        Assert.Equal(straight.TokensSeen, resumed.TokensSeen);
    }

    [Fact]
    public void One_batch_of_32_and_32_batches_of_one_train_alike()
    {
        var training = TinyPlan.Training with { MaxSteps = 6 };
        using var wide = _sessions.New(training with { BatchSize = 32, GradientAccumulationSteps = 1 }, TinyPlan.Lora());
        using var deep = _sessions.New(training with { BatchSize = 1, GradientAccumulationSteps = 32 }, TinyPlan.Lora());

        double[] wideLosses = Sessions.Advance(wide, 6), deepLosses = Sessions.Advance(deep, 6);

        Assert.All(wideLosses.Zip(deepLosses), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        foreach (var (name, tensor) in wide.Parts.State)
        {
            using var difference = (tensor - deep.Parts.State[name]).abs().max();
            Assert.True(difference.item<float>() < 2e-4f, $"{name} differs by {difference.item<float>()}");
        }
    }

    [Fact]
    public void Two_sessions_on_one_base_train_in_turn_as_each_would_alone()
    {
        using var alone = _sessions.New();
        Sessions.Advance(alone, 6);
        using TrainingSession first = _sessions.New(), second = _sessions.New(TinyPlan.Training with { Seed = 99, LearningRate = 1e-3 });

        for (var step = 0; step < 6; step++)
        {
            first.Advance();
            second.Advance();
        }

        Assert.Equal(Sessions.Digest(alone), Sessions.Digest(first));
        Assert.NotEqual(Sessions.Digest(first), Sessions.Digest(second));
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops_before_the_update_and_names_the_records()
    {
        using var session = _sessions.New(TinyPlan.Training with { LearningRate = 1e30, WarmupSteps = 0, MaxGradientNorm = 0 });
        DivergedException? diverged = null;
        var before = "";
        for (var step = 0; step < 12 && diverged is null; step++)
        {
            before = Sessions.Digest(session);
            diverged = Xunit.Record.Exception(() => session.Advance()) as DivergedException;
        }

        Assert.NotNull(diverged);
        Assert.Equal(before, Sessions.Digest(session));
        Assert.Equal(session.Step + 1, diverged.Step);
        Assert.Equal(8, diverged.RecordIds.Count);
        Assert.All(diverged.RecordIds, id => Assert.Contains(id, _sessions.Samples.Select(s => s.Id)));
    }

    [Fact]
    public void No_tensor_is_left_behind_by_a_step_or_an_evaluation()
    {
        using var session = _sessions.New(TinyPlan.Training with { MaxSteps = 1000 });
        var evaluator = new LossEvaluator(
            PartGraph.Of(_sessions.Model), new NextTokenObjective(), _sessions.HeldOut, 4, _sessions.Collator);
        Sessions.Advance(session, 3);
        evaluator.Measure(session.Parts.Hooks, null, TestContext.Current.CancellationToken);

        var left = LiveTensors.LeftBy(() =>
        {
            Sessions.Advance(session, 200);
            evaluator.Measure(session.Parts.Hooks, null, TestContext.Current.CancellationToken);
        });

        Assert.Equal(0, left);
    }

    [Fact]
    public void The_training_records_are_learnt_by_heart()
    {
        using var session = _sessions.New(
            TinyPlan.Training with { MaxSteps = 150, LearningRate = 1e-2, BatchSize = 48, GradientAccumulationSteps = 1 },
            new MethodSpec { Full = new FullSpec() });

        var losses = Sessions.Advance(session, 150);

        Assert.True(losses[^1] < 0.05, $"the loss went from {losses[0]} to {losses[^1]}");
    }

    private static CheckpointRecord Record(TrainingSession session) => new()
    {
        PlanHash = "sha256:plan",
        Step = session.Step,
        Order = StepPlan.Order,
        OptimizerUpdates = session.Optimizer.Updates,
        LossScale = session.LossScale?.State,
        TokensSeen = session.TokensSeen,
        TrainingSeconds = 1,
        LastLoss = session.LastLoss,
        Threads = 1,
        Device = "cpu",
    };
}
