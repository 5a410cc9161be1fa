using Graft.Api.Reporting;
using Graft.Programs;
using Xunit;

namespace Graft.Cli.Tests.Display;

public sealed class ActivityLineTests
{
    private static readonly ActivityProgress Reading = new() { What = "Reading", Total = 4096, IsBytes = true };

    [Fact]
    public void What_takes_long_is_told_every_few_seconds_with_counts_and_time_left()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var clock = new ManualTimer();
        using (var line = new ActivityLine(output, isReplaced: false, clock, Reading))
        {
            line.Report(1024);
            clock.Advance(TimeSpan.FromSeconds(5));
            line.Report(2048);
            clock.Advance(TimeSpan.FromSeconds(5));
        }

        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("Reading, 1.0 KiB of 4.0 KiB, 15s left (5s)\nReading, 2.0 KiB of 4.0 KiB, 10s left (10s)\n", output.ToString());
    }

    [Fact]
    public void A_terminal_s_line_is_replaced_and_taken_away_at_the_end()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var clock = new ManualTimer();
        using (new ActivityLine(output, isReplaced: true, clock, new ActivityProgress { What = "Fetching" }))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("\r\e[KFetching (1s)\r\e[K", output.ToString());
    }

    [Fact]
    public void What_begins_anew_has_its_own_time_and_what_is_said_meanwhile_stays()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var clock = new ManualTimer();
        using (var line = new ActivityLine(output, isReplaced: true, clock, new ActivityProgress { What = "Pushing" }, width: 13))
        {
            line.Tell("early");
            clock.Advance(TimeSpan.FromSeconds(4));
            line.Report(Reading with { Done = 1024 });
            line.Tell("late");
            clock.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal("early\n\r\e[KPushing (4s)\r\e[Klate\n\r\e[KReading, 1.0\r\e[K", output.ToString());
    }

    [Fact]
    public void What_comes_after_an_activity_s_end_is_not_touched_by_it()
    {
        using var output = new StringWriter();
        var clock = new ManualTimer();
        var line = new ActivityLine(output, isReplaced: true, clock, Reading);
        line.Add(1024);
        line.Add(1024);
        clock.Advance(TimeSpan.FromSeconds(1));
        line.Dispose();
        output.Write("an answer");
        line.Report(Reading with { Done = 4096 });
        clock.Advance(TimeSpan.FromSeconds(1));
        line.Dispose();

        Assert.Equal("\r\e[KReading, 2.0 KiB of 4.0 KiB, 1s left (1s)\r\e[Kan answer", output.ToString());
    }

    [Fact]
    public void What_takes_a_moment_is_not_told()
    {
        using var output = new StringWriter();
        new ActivityLine(output, isReplaced: true, new ManualTimer(), Reading).Dispose();
        Assert.Equal("", output.ToString());
    }
}
