using Graft.Trainer.Reporting;
using Xunit;

namespace Graft.Trainer.Tests.Reporting;

public sealed class RunLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("graft-log-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_said_once_there_is_a_file_is_kept_behind_what_earlier_processes_said()
    {
        var file = Path.Combine(_folder, "deep", "log.txt");
        using var people = new StringWriter { NewLine = "\n" };
        foreach (var process in (string[])["first", "second"])
        {
            await using var log = new RunLog(people);
            await log.WriteLineAsync($"{process}: not yet");
            log.KeepIn(file);
            log.WriteLine($"{process}: said");
            log.Write('-');
            await log.WriteLineAsync("so");
            log.EndFile($"{process}: ended");
            log.WriteLine("delivered");
        }

        Assert.Equal(
            ["first: not yet", "first: said", "-so", "delivered", "second: not yet", "second: said", "-so", "delivered"],
            people.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(
            ["first: said", "-so", "first: ended", "second: said", "-so", "second: ended"],
            await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_told_once_and_keeps_nobody_from_reading()
    {
        using var people = new StringWriter();
        using var log = new RunLog(people);

        log.KeepIn(_folder);
        log.WriteLine("one");
        log.EndFile("two");

        var said = people.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, said.Length);
        Assert.Contains(_folder, said[0], StringComparison.Ordinal);
        Assert.Equal("one", said[1]);
    }
}
