using Graft.Data.Batches;
using Graft.Data.Samples;
using TorchSharp;
using Xunit;

namespace Graft.Data.Tests.Batches;

public sealed class BatchTests
{
    [Fact]
    public void Short_rows_are_padded_on_the_right_and_only_trained_places_are_labeled()
    {
        Sample[] samples = [new("a", [5, 6, 7], [false, true, true]), new("b", [8, 9], [true, true])];

        using var batch = Batch.Of(samples, padId: 0, torch.CPU);

        Assert.Equal([5, 6, 7, 8, 9, 0], batch.InputIds.data<long>().ToArray());
        Assert.Equal([2, 3], batch.InputIds.shape);
        // A row's first token has nothing before it to be predicted from.
        Assert.Equal([-100, 6, 7, -100, 9, -100], batch.Labels.data<long>().ToArray());
        Assert.Equal([3, 2], batch.Lengths);
        Assert.Equal(5, batch.Tokens);
        Assert.Equal(["a", "b"], batch.RecordIds);
    }
}
