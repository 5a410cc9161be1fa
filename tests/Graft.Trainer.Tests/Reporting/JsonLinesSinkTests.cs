using System.Text.Json.Nodes;
using Graft.Api.Reporting;
using Graft.Trainer.Reporting;
using Xunit;

namespace Graft.Trainer.Tests.Reporting;

public sealed class JsonLinesSinkTests
{
    [Fact]
    public void Progress_that_comes_too_soon_is_left_out_but_the_first_and_the_last_step_never_are()
    {
        using var output = new StringWriter();
        var clock = new ManualClock();
        var sink = new JsonLinesSink(output, clock);

        foreach (var step in new[] { 1, 2, 3, 4, 10 })
        {
            sink.Take(new ProgressEvent { Activity = "Training", Step = step, TotalSteps = 10 });
            clock.Advance(TimeSpan.FromMilliseconds(60));
        }

        Assert.Equal([1, 2, 4, 10], Lines(output).Select(line => line["step"]!.GetValue<int>()));
    }

    [Fact]
    public void An_event_is_one_line_with_its_name_and_all_its_fields()
    {
        using var output = new StringWriter();
        var sink = new JsonLinesSink(output, TimeProvider.System);

        sink.Take(new EvaluationEvent { Model = "base", Step = 0, Loss = double.NaN, TokenAccuracy = 0.5 });
        sink.Take(new WarningEvent("two\nlines"));

        var lines = Lines(output);
        Assert.Equal("""{"event":"evaluation","model":"base","step":0,"loss":"NaN","tokenAccuracy":0.5}""", lines[0].ToJsonString());
        Assert.Equal("two\nlines", lines[1]["message"]!.GetValue<string>());
    }

    private static JsonNode[] Lines(StringWriter output) =>
        [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
