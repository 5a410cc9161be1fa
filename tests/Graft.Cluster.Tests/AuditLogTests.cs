using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>What is read of a log that is being written meanwhile.</summary>
public sealed class AuditLogTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose()
    {
        File.Delete(_path);
    }

    [Fact]
    public void Every_place_within_a_line_gives_the_lines_after_it_alone()
    {
        string[] names = ["first", "second", "third"];
        var lines = Array.ConvertAll(names, Line);
        var start = 0;
        for (var line = 0; line < lines.Length; line++)
        {
            for (var place = start == 0 ? 0 : start + 1; place <= start + lines[line].Length; place++)
            {
                // The server has written as far as this when the place is taken, and the rest when the log is read.
                File.WriteAllText(_path, string.Concat(lines)[..place]);
                var log = new AuditLog(_path);
                var position = log.Position;
                File.WriteAllText(_path, string.Concat(lines));

                var expected = names.Skip(place == 0 ? 0 : line + 1);
                Assert.Equal(expected, log.WritesSince(position).Select(write => write.Name));
            }

            start += lines[line].Length;
        }
    }

    [Fact]
    public void A_last_line_that_is_being_written_waits()
    {
        File.WriteAllText(_path, Line("first") + Line("second")[..^1]);
        Assert.Equal(["first"], new AuditLog(_path).WritesSince(0).Select(write => write.Name));
    }

    private static string Line(string name)
    {
        return $$$"""{"user":{"username":"ada"},"verb":"create","objectRef":{"resource":"jobs","namespace":"team","name":"{{{name}}}"},"responseStatus":{"code":201}}""" + "\n";
    }
}
