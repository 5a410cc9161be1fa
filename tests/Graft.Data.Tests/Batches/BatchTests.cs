using Graft.Data.Batches;
using Graft.Data.Samples;
using TorchSharp;
using Xunit;

namespace Graft.Data.Tests.Batches;

public sealed class BatchTests
{
    [Fact]
    public void Short_rows_are_padded_on_the_right_and_targets_are_listed_one_place_before()
    {
        Sample[] samples = [new("a", [5, 6, 7], [false, true, true]), new("b", [8, 9], [true, true])];

        using Batch batch = Batch.Of(samples, padId: 0, torch.CPU);

        Assert.Equal([5, 6, 7, 8, 9, 0], batch.InputIds.data<long>().ToArray());
        Assert.Equal([2, 3], batch.InputIds.shape);
        // Row a predicts 6 and 7 from places 0 and 1; row b predicts 9 from place 3; its own first token has nothing before it.
        Assert.Equal([0, 1, 3], batch.TargetPlaces.data<long>().ToArray());
        Assert.Equal([6, 7, 9], batch.Targets.data<long>().ToArray());
        Assert.Equal([3, 2], batch.Lengths);
        Assert.Equal(5, batch.Tokens);
        Assert.Equal(["a", "b"], batch.RecordIds);
    }
}
