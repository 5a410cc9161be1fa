using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>How what was unpacked gets into a folder that is there.</summary>
public sealed class ArtifactUnpackerTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public void Files_folders_and_links_of_every_kind_are_moved_as_they_are()
    {
        var source = _temporary.Folder("source", ("file", "1"), ("folder/file", "2"));
        var target = Directory.CreateDirectory(_temporary.At("target")).FullName;
        File.CreateSymbolicLink(Path.Combine(source, "to-file"), "file");
        Directory.CreateSymbolicLink(Path.Combine(source, "to-folder"), "folder");
        File.CreateSymbolicLink(Path.Combine(source, "to-nothing"), "nothing");

        ArtifactUnpacker.MoveContent(source, target);

        Assert.Empty(Directory.GetFileSystemEntries(source));
        Assert.Equal("1", File.ReadAllText(Path.Combine(target, "to-file")));
        Assert.Equal("2", File.ReadAllText(Path.Combine(target, "to-folder", "file")));
        Assert.Equal(["file", "folder", "nothing"], new[] { "to-file", "to-folder", "to-nothing" }.Select(
            link => new FileInfo(Path.Combine(target, link)).LinkTarget));
    }
}
