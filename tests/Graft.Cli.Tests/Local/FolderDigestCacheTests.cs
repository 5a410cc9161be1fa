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
        var digest = cache.Digest(model);
        Assert.Equal(FolderDigest.Compute(model), digest);

        // Other bytes under the same name, size and time are beyond what the cache can see: it shows that it did not look.
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "two");
        File.SetLastWriteTimeUtc(file, time);
        Assert.Equal(digest, cache.Digest(model));
    }

    [Fact]
    public void A_folder_that_has_changed_is_read_again()
    {
        var file = _folder.Write("model/weights", "one");
        var model = Path.GetDirectoryName(file)!;
        var cache = new FolderDigestCache(Path.Combine(_folder.Path, "cache"));
        var digest = cache.Digest(model);

        File.WriteAllText(file, "two");
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(1));
        Assert.NotEqual(digest, cache.Digest(model));
        Assert.Equal(FolderDigest.Compute(model), cache.Digest(model));

        _folder.Write("model/more", "");
        Assert.Equal(FolderDigest.Compute(model), cache.Digest(model));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_does_no_harm()
    {
        var model = Path.GetDirectoryName(_folder.Write("model/weights", "one"))!;
        var cache = new FolderDigestCache(_folder.Write("not-a-folder", ""));
        Assert.Equal(FolderDigest.Compute(model), cache.Digest(model));
    }
}
