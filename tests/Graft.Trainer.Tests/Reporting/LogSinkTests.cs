using Graft.Api.Reporting;
using Graft.Trainer.Reporting;
using Xunit;

namespace Graft.Trainer.Tests.Reporting;

public sealed class LogSinkTests
{
    [Fact]
    public void A_message_cannot_steer_a_terminal_nor_pass_for_an_entry_of_its_own()
    {
        using var log = new StringWriter { NewLine = "\n" };
        var sink = new LogSink(log, new Midnight());

        sink.Take(new WarningEvent("record \u001b[31m7\r\n00:00:00 published\u202e"));

        Assert.Equal("00:00:00 warning: record \\u001b[31m7\n  00:00:00 published\\u202e\n", log.ToString());
    }

    [Fact]
    public void What_holds_a_run_up_is_told_at_once_and_each_thing_once()
    {
        using var log = new StringWriter { NewLine = "\n" };
        var sink = new LogSink(log, new Midnight());
        var sending = new ProgressEvent { Activity = "Publishing", Part = new ActivityProgress { What = "sending" } };

        foreach (var message in new[] { null, "no answer", "no answer", null, "refused" })
        {
            sink.Take(sending with { Message = message });
        }

        Assert.Equal(
            "00:00:00 Publishing: sending\n00:00:00 Publishing: sending: no answer\n00:00:00 Publishing: sending: refused\n", log.ToString());
    }

    private sealed class Midnight : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;

        public override long GetTimestamp() => 0;
    }
}
