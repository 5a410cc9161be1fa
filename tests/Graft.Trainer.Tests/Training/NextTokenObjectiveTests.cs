using Graft.Data.Batches;
using Graft.Data.Samples;
using Graft.Models.Hooks;
using Graft.Trainer.Parts;
using Graft.Trainer.Tests.Support;
using Graft.Trainer.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Trainer.Tests.Training;

public sealed class NextTokenObjectiveTests : IDisposable
{
    /// <summary>What a batch says of its rows; it does not enter the model.</summary>
    private static readonly string[] Described = [nameof(Batch.Lengths), nameof(Batch.RecordIds), nameof(Batch.Tokens)];

    private readonly TinyWorld _world = new();
    private readonly Sessions _sessions;
    private readonly DisposeScope _scope = NewDisposeScope();

    public NextTokenObjectiveTests()
    {
        _sessions = new Sessions(_world);
    }

    /// <summary>For each field of a batch that enters the model, two batches that differ in it alone.</summary>
    public static TheoryData<string> Entering =>
        [.. typeof(Batch).GetProperties().Select(property => property.Name).Except(Described)];

    [Theory]
    [MemberData(nameof(Entering))]
    public void Every_field_that_a_batch_carries_reaches_the_loss(string field)
    {
        int[] ids = [5, 6, 7, 8];
        bool[] all = [true, true, true, true];
        var (usual, other) = field switch
        {
            nameof(Batch.InputIds) => (Loss(ids, [false, false, false, true], 0), Loss([5, 6, 9, 8], [false, false, false, true], 0)),
            nameof(Batch.Labels) => (Loss(ids, all, 0), Loss(ids, [true, true, true, false], 0)),
            nameof(Batch.SideInputs) => (Loss(ids, all, 0), Loss(ids, all, 1)),
            _ => throw new NotSupportedException($"say here how the loss depends on {field}"),
        };

        Assert.NotEqual(usual, other);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _sessions.Dispose();
        _world.Dispose();
    }

    // The loss of one sample whose side input is added to the embeddings.
    private float Loss(int[] ids, bool[] trained, float side)
    {
        using var noGradient = no_grad();
        using var batch = Batch.Of(
            [new Sample("a", ids, trained)], padId: 0, CPU, new Dictionary<string, Tensor> { ["shift"] = full([1, 1, 1], side) });
        var hooks = new ModelHooks { Embeddings = [new Shift()] };
        return new NextTokenObjective().Of(PartGraph.Of(_sessions.Model), batch, hooks, ObjectivePhase.Whole).Sum.item<float>();
    }

    private sealed class Shift : IEmbeddingHook
    {
        public Tensor Apply(Tensor embeddings, ForwardContext context) => embeddings + context.Side("shift");
    }
}
