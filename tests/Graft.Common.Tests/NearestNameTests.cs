using Xunit;

namespace Graft.Common.Tests;

public sealed class NearestNameTests
{
    private static readonly string[] Known = ["rank", "alpha", "learningRate", "targetModules", "full"];

    [Theory]
    [InlineData("rnk", "rank")]
    [InlineData("arnk", "rank")]
    [InlineData("Rank", "rank")]
    [InlineData("learning_rate", "learningRate")]
    [InlineData("learningrates", "learningRate")]
    [InlineData("target-modules", "targetModules")]
    [InlineData("dropout", null)]
    [InlineData("r", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_the_one_that_was_meant(string wrong, string? meant)
    {
        Assert.Equal(meant, NearestName.Find(wrong, Known));
    }
}
