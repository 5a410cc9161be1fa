using Graft.Artifacts;
using Graft.Cli.Local;
using Xunit;

namespace Graft.Cli.Tests.Local;

public sealed class FolderDigestCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public void A_folder_that_is_as_it_was_is_not_read_again()
    {
        var file = _folder.Write("model/weights", "one");
        var model = Path.GetDirectoryName(file)!;
        var cache = new FolderDigestCache(Path.Combine(_folder.Path, "cache"));
        var digest = cache.Digest(FolderListing.Of(model));
        Assert.Equal(FolderDigest.Compute(model), digest);

        // What it remembers is what it says.
        var entry = Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "cache")));
        File.WriteAllText(entry, File.ReadAllText(entry).Replace(digest, "sha256:remembered", StringComparison.Ordinal));
        Assert.Equal("sha256:remembered", cache.Digest(FolderListing.Of(model)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Other_bytes_of_the_same_size_and_time_are_noticed(bool isReplaced)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only on Linux the time of a change can be read that nobody can set.");
        var file = _folder.Write("model/weights", "one");
        var model = Path.GetDirectoryName(file)!;
        var cache = new FolderDigestCache(Path.Combine(_folder.Path, "cache"));
        var digest = cache.Digest(FolderListing.Of(model));

        var time = File.GetLastWriteTimeUtc(file);
        var written = isReplaced ? file + ".new" : file;
        File.WriteAllText(written, "two");
        File.SetLastWriteTimeUtc(written, time);
        File.Move(written, file, overwrite: true);
        Assert.NotEqual(digest, cache.Digest(FolderListing.Of(model)));
        Assert.Equal(FolderDigest.Compute(model), cache.Digest(FolderListing.Of(model)));
    }

    [Fact]
    public void A_folder_that_has_changed_is_read_again()
    {
        var file = _folder.Write("model/weights", "one");
        var model = Path.GetDirectoryName(file)!;
        var cache = new FolderDigestCache(Path.Combine(_folder.Path, "cache"));
        var digest = cache.Digest(FolderListing.Of(model));

        File.WriteAllText(file, "two");
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(1));
        Assert.NotEqual(digest, cache.Digest(FolderListing.Of(model)));
        Assert.Equal(FolderDigest.Compute(model), cache.Digest(FolderListing.Of(model)));

        _folder.Write("model/more", "");
        Assert.Equal(FolderDigest.Compute(model), cache.Digest(FolderListing.Of(model)));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_does_no_harm()
    {
        var model = Path.GetDirectoryName(_folder.Write("model/weights", "one"))!;
        var cache = new FolderDigestCache(_folder.Write("not-a-folder", ""));
        Assert.Equal(FolderDigest.Compute(model), cache.Digest(FolderListing.Of(model)));
    }
}
