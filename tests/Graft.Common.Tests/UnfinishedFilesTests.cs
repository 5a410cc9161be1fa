using Xunit;

namespace Graft.Common.Tests;

public sealed class UnfinishedFilesTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("graft-common-");

    public void Dispose()
    {
        _temporary.Delete(recursive: true);
    }

    [Fact]
    public void A_name_is_hidden_lies_beside_and_is_given_once()
    {
        var names = Enumerable.Range(0, 100).Select(_ => UnfinishedFiles.Beside("/a/b.json")).ToList();

        Assert.Equal(100, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches(@"^/a/\.b\.json\.[0-9a-f]{32}\.tmp$", name));
    }

    [Fact]
    public void What_a_killed_writer_left_long_ago_is_deleted_and_nothing_else()
    {
        var folder = _temporary.FullName;
        File.WriteAllText(At("kept.tmp"), "1");
        File.WriteAllText(At(".kept"), "2");
        _temporary.CreateSubdirectory("other");
        File.WriteAllText(At("other/weights"), "3");
        var (old, recent) = (UnfinishedFiles.Beside(Path.Combine(folder, "old")), UnfinishedFiles.Beside(Path.Combine(folder, "recent")));
        var (oldFolder, link) = (UnfinishedFiles.Beside(Path.Combine(folder, "f")), UnfinishedFiles.Beside(Path.Combine(folder, "link")));
        File.WriteAllText(old, "");
        File.WriteAllText(recent, "");
        Directory.CreateDirectory(Path.Combine(oldFolder, "sub"));
        Directory.CreateSymbolicLink(link, Path.Combine(folder, "other"));
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => entry.FullName != recent).ToList())
        {
            entry.LastWriteTimeUtc = DateTime.UtcNow.AddDays(-2);
        }

        UnfinishedFiles.Sweep(folder);
        UnfinishedFiles.Sweep(At("none"));

        Assert.Equal([".kept", Path.GetFileName(recent), "kept.tmp", "other"], Names());
        Assert.Equal("3", File.ReadAllText(Path.Combine(folder, "other/weights")));
    }

    private string At(string name)
    {
        return Path.Combine(_temporary.FullName, name);
    }

    private List<string> Names()
    {
        return [.. _temporary.EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal)];
    }
}
