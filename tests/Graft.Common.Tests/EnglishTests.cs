using Xunit;

namespace Graft.Common.Tests;

public sealed class EnglishTests
{
    [Theory]
    [InlineData(0, "error", "0 errors")]
    [InlineData(1, "error", "1 error")]
    [InlineData(2, "error", "2 errors")]
    [InlineData(1, "entry", "1 entry")]
    [InlineData(3, "entry", "3 entries")]
    [InlineData(2, "day", "2 days")]
    [InlineData(2, "batch", "2 batches")]
    [InlineData(2, "loss", "2 losses")]
    public void Things_are_counted(long count, string thing, string text)
    {
        Assert.Equal(text, English.Count(count, thing));
    }

    [Theory]
    [InlineData("AdapterTrainingRun", "an AdapterTrainingRun")]
    [InlineData("BaseModel", "a BaseModel")]
    [InlineData("integer", "an integer")]
    public void A_word_has_its_article(string word, string text)
    {
        Assert.Equal(text, English.WithArticle(word));
    }
}
