using Graft.Cli.Display;
using Xunit;

namespace Graft.Cli.Tests.Display;

public sealed class EventLineTests
{
    [Theory]
    [InlineData("""{"event":"progress","activity":"Publishing","step":9,"totalSteps":9,"loss":2}""", "Publishing")]
    [InlineData("""{"event":"checkpoint","step":20,"path":"/x"}""", "checkpoint at step 20")]
    [InlineData("""{"event":"warning","message":"Two records are cut."}""", "warning: Two records are cut.")]
    [InlineData("""{"event":"evaluation","model":"base","step":0,"loss":4.25,"tokenAccuracy":0.125}""", "base model on the held-out records: loss 4.2500, token accuracy 12.5 %")]
    [InlineData("words for people", "words for people")]
    [InlineData("""{"event":"finished","result":{}}""", """{"event":"finished","result":{}}""")]
    public void An_event_is_told_in_words_and_anything_else_as_it_is(string line, string told)
    {
        Assert.Equal(told, EventLine.Of(line));
    }
}
