using System.Text;
using Xunit;

namespace Graft.Common.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("graft-common-");

    private string Target => Path.Combine(_temporary.FullName, "folder", "file");

    public void Dispose()
    {
        _temporary.Delete(recursive: true);
    }

    [Fact]
    public async Task A_reader_sees_one_whole_content_while_many_write()
    {
        var contents = Enumerable.Range(0, 8).Select(number => new string((char)('a' + number), 100_000)).ToList();
        AtomicFile.WriteText(Target, contents[0]);

        var writing = Task.WhenAll(
            contents.Select(content => Task.Run(() => AtomicFile.WriteText(Target, content), TestContext.Current.CancellationToken)));
        do
        {
            Assert.Contains(File.ReadAllText(Target), contents);
        }
        while (!writing.IsCompleted);

        await writing;
        Assert.Equal(["file"], Names("folder"));
    }

    [Fact]
    public async Task A_write_that_fails_leaves_the_old_content_and_nothing_else()
    {
        AtomicFile.Write(Target, [1, 2, 3]);

        Assert.Throws<InvalidOperationException>(() => AtomicFile.WriteThrough(Target, stream =>
        {
            stream.WriteByte(9);
            throw new InvalidOperationException();
        }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => AtomicFile.WriteThroughAsync(Target, async stream =>
        {
            await stream.WriteAsync(new byte[] { 9 });
            throw new InvalidOperationException();
        }));
        Assert.Throws<FileNotFoundException>(() => AtomicFile.Copy(Target + "-missing", Target));

        Assert.Equal([1, 2, 3], File.ReadAllBytes(Target));
        Assert.Equal(["file"], Names("folder"));
    }

    [Fact]
    public async Task What_is_written_is_what_was_given()
    {
        AtomicFile.WriteText(Target, "ä");
        Assert.Equal(Encoding.UTF8.GetBytes("ä"), File.ReadAllBytes(Target));
        AtomicFile.WriteThrough(Target, stream => stream.WriteByte(7));
        Assert.Equal([7], File.ReadAllBytes(Target));
        await AtomicFile.WriteThroughAsync(Target, async stream => await stream.WriteAsync(new byte[] { 8 }));
        Assert.Equal([8], File.ReadAllBytes(Target));
    }

    [Fact]
    public void A_copy_is_as_young_as_its_writing_and_unfinished_where_it_was_asked_to_be()
    {
        AtomicFile.WriteText(Target, "content");
        File.SetLastWriteTimeUtc(Target, DateTime.UnixEpoch);
        var copy = Path.Combine(_temporary.FullName, "listed", "copy");

        // Nothing is written elsewhere first.
        Assert.Throws<DirectoryNotFoundException>(
            () => AtomicFile.Copy(Target, copy, unfinished: Path.Combine(_temporary.FullName, "missing")));
        AtomicFile.Copy(Target, copy, unfinished: _temporary.FullName);

        Assert.Equal("content", File.ReadAllText(copy));
        Assert.NotEqual(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(copy));
        Assert.Equal(["folder", "listed"], Names("."));
        Assert.Equal(["copy"], Names("listed"));
    }

    private List<string> Names(string folder)
    {
        var entries = new DirectoryInfo(Path.Combine(_temporary.FullName, folder)).EnumerateFileSystemInfos();
        return [.. entries.Select(entry => entry.Name).Order(StringComparer.Ordinal)];
    }
}
