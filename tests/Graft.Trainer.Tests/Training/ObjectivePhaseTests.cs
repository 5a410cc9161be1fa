using Graft.Adapters;
using Graft.Data.Batches;
using Graft.Models.Hooks;
using Graft.Models.Training;
using Graft.Trainer.Parts;
using Graft.Trainer.Tests.Support;
using Graft.Trainer.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Trainer.Tests.Training;

/// <summary>Steps of several phases, as an estimator beside the model needs them.</summary>
public sealed class ObjectivePhaseTests : IDisposable
{
    private readonly TinyWorld _world = new();
    private readonly Sessions _sessions;

    public ObjectivePhaseTests()
    {
        _sessions = new Sessions(_world);
    }

    public void Dispose()
    {
        _sessions.Dispose();
        _world.Dispose();
    }

    [Fact]
    public void Each_phase_moves_its_own_group_by_its_own_loss_and_rate()
    {
        using var pair = new Pair();
        var training = TinyPlan.Training with
        {
            LearningRate = 0.5,
            Schedule = "constant",
            WarmupSteps = 0,
            WeightDecay = 0,
            MaxGradientNorm = 0,
        };
        using var session = new TrainingSession(
            PartGraph.Of(_sessions.Model, pair), _sessions.Samples, _sessions.Collator, training, new TwoLosses());

        var report = session.Advance();

        // Adam's first step is the learning rate against the gradient's sign: the first phase lowers, the second raises.
        Assert.Equal(1 - 0.5, pair.First.ToDouble(), 1e-6);
        Assert.Equal(1 + (0.5 * Pair.Scale), pair.Second.ToDouble(), 1e-6);
        Assert.Equal((5 * 0.5) - 1, report.Loss, 1e-6);
        Assert.Equal(1, session.Optimizer.Updates);
    }

    /// <summary>Both numbers have a gradient in both phases.</summary>
    private sealed class TwoLosses : IObjective
    {
        public IReadOnlyList<ObjectivePhase> Phases { get; } =
            [new("lower", new HashSet<string> { "first" }), new("raise", new HashSet<string> { "second" })];

        public LossSum Of(PartGraph parts, Batch batch, ModelHooks? hooks, ObjectivePhase phase)
        {
            var pair = (Pair)parts.Trained[0].Part;
            var labeled = batch.Labels.ne(Batch.Ignored).sum().item<long>();
            var loss = phase.Name == "lower" ? pair.First + (7 * pair.Second) : (5 * pair.First) - pair.Second;
            return new LossSum(loss.sum() * labeled, zeros(1), labeled);
        }
    }

    private sealed class Pair : ITrainedPart
    {
        public const double Scale = 0.25;

        public Parameter First { get; } = new(ones(1));

        public Parameter Second { get; } = new(ones(1));

        public IReadOnlyList<TrainableParameter> Trainable => [new("first", First), new("second", Second)];

        public IReadOnlyList<ParameterGroup> Groups =>
            [new("first", [Trainable[0]]), new("second", [Trainable[1]]) { RateScale = Scale }];

        public IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor> { ["first"] = First, ["second"] = Second };

        public ModelHooks Hooks => ModelHooks.None;

        public ModelHooks TrainingHooks => ModelHooks.None;

        public bool IsUntrained => false;

        public IReadOnlyList<string> Save(string folder, string? baseModel = null) => [];

        public void Dispose()
        {
            First.Dispose();
            Second.Dispose();
        }
    }
}
