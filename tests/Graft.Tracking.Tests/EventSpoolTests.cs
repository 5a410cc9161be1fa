using Graft.Common;
using Graft.Tracking.Spool;
using Xunit;

namespace Graft.Tracking.Tests;

public sealed class EventSpoolTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public void Entries_come_back_as_they_went_in()
    {
        TrackingEvent[] entries =
        [
            new StatusEvent(TrackedStatus.Running, 5),
            new MetricEvent("loss", double.NaN, 1, 6),
            new MetricEvent("loss", double.NegativeInfinity, 2, 7),
            new ParameterEvent("p", "line\nend \"quoted\" é"),
            new TagEvent("t", ""),
            new ArtifactEvent("/a/b", null),
            new DatasetEvent(Opened.Dataset),
        ];
        using (var spool = EventSpool.Open(_temporary.Path, "uid", TimeProvider.System))
        {
            Array.ForEach(entries, spool.Append);
        }

        using var reopened = EventSpool.Open(_temporary.Path, "uid", TimeProvider.System);

        Assert.Equal(entries, reopened.Read(0).Select(entry => entry.Event!));
        Assert.Equal(reopened.Length, reopened.Read(0)[^1].End);
        Assert.Equal(5, reopened.Began);
        Assert.True(reopened.Recorded.Contains("loss", 2));
        Assert.False(reopened.Recorded.Contains("loss", 3));
        Assert.Equal([new(1, double.NaN), new(2, double.NegativeInfinity)], reopened.Points("loss"));
    }

    [Fact]
    public void A_file_that_ends_anywhere_goes_on_with_the_whole_entries()
    {
        using (var spool = EventSpool.Open(_temporary.Path, "uid", TimeProvider.System))
        {
            for (var step = 0; step < 3; step++)
            {
                spool.Append(new MetricEvent("loss", step, step, 1));
            }
        }

        var path = Directory.GetFiles(_temporary.Path, "*.jsonl").Single();
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            var expected = whole[..length].Count(b => b == '\n');
            using var spool = EventSpool.Open(_temporary.Path, "uid", TimeProvider.System);

            Assert.Equal(expected, spool.CountFrom(0));
            spool.Append(new TagEvent("after", "1"));
            Assert.Equal(new TagEvent("after", "1"), spool.Read(0)[^1].Event);
        }
    }

    [Fact]
    public void More_than_one_read_holds_is_read_in_parts()
    {
        using var spool = EventSpool.Open(_temporary.Path, "uid", TimeProvider.System);
        for (var i = 0; i < 400; i++)
        {
            spool.Append(new ParameterEvent($"p{i}", new string('x', 6000)));
        }

        var first = spool.Read(0);

        Assert.InRange(first.Count, 1, 399);
        Assert.Equal(400, spool.CountFrom(0));
        Assert.Equal($"p{first.Count}", ((ParameterEvent)spool.Read(first[^1].End)[0].Event!).Key);
    }

    [Fact]
    public void Two_processes_do_not_record_the_same_run_at_once()
    {
        using var spool = EventSpool.Open(_temporary.Path, "uid", TimeProvider.System);
        using var other = EventSpool.Open(_temporary.Path, "another", TimeProvider.System);

        var error = Assert.Throws<FolderInUseException>(() => EventSpool.Open(_temporary.Path, "uid", TimeProvider.System));
        Assert.Equal(Environment.ProcessId, error.Holder!.Pid);
    }

    [Fact]
    public void An_acknowledgement_beyond_the_spool_is_not_believed()
    {
        using var spool = EventSpool.Open(_temporary.Path, "uid", TimeProvider.System);
        spool.SaveState(new DeliveryState("http://a", "1", "run", 10));

        Assert.Null(spool.LoadState());
        spool.Append(new TagEvent("tag", "value"));
        Assert.Equal(new DeliveryState("http://a", "1", "run", 10), spool.LoadState());
    }
}
