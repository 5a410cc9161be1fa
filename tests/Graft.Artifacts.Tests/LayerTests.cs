using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Graft.Artifacts.Oci;
using Graft.Artifacts.Packing;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>Packing and unpacking of layers.</summary>
public sealed class LayerTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Theory]
    [InlineData(LayerRoot.Root, ".", "a.txt sub/ sub/b.txt")]
    [InlineData(LayerRoot.Data, "data", "data/ data/a.txt data/sub/ data/sub/b.txt")]
    [InlineData(LayerRoot.Models, "models", "models/ models/a.txt models/sub/ models/sub/b.txt")]
    public async Task The_archive_is_sorted_fixed_and_ends_with_two_zero_blocks(LayerRoot root, string title, string names)
    {
        var folder = _temporary.Folder("adapter", ("sub/b.txt", "b"), ("a.txt", new string('a', 600)));

        var layer = await PackedLayer.PackAsync(folder, root, _temporary.At("layer"), null, Cancellation);

        Assert.Equal(title, layer.Descriptor.Annotation(Annotations.Title));
        using var archive = new MemoryStream();
        await using (var gzip = new GZipStream(File.OpenRead(layer.Path), CompressionMode.Decompress))
        {
            await gzip.CopyToAsync(archive, Cancellation);
        }

        var bytes = archive.ToArray();
        Assert.Equal(layer.DiffId, OciDigest.Of(bytes));
        Assert.True(bytes.AsSpan(bytes.Length - 1024).IndexOfAnyExcept((byte)0) < 0);
        Assert.True(bytes.AsSpan(bytes.Length - 1536, 512).IndexOfAnyExcept((byte)0) >= 0);
        archive.Position = 0;
        await using var tar = new TarReader(archive);
        var entries = new List<string>();
        while (await tar.GetNextEntryAsync(copyData: false, Cancellation) is { } entry)
        {
            entries.Add(entry.Name);
            Assert.Equal((DateTimeOffset.UnixEpoch, 0, 0), (entry.ModificationTime, entry.Uid, entry.Gid));
        }

        Assert.Equal(names.Split(' '), entries);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("sub/../../evil")]
    [InlineData("/evil")]
    [InlineData("..")]
    public async Task A_name_outside_the_folder_is_refused(string name)
    {
        await AssertRefusedAsync(name, "outside", Entry(name));
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("..")]
    [InlineData("sub/../..")]
    public async Task A_link_out_of_the_folder_is_refused(string target)
    {
        await AssertRefusedAsync("link", "outside", new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = target });
    }

    /// <summary>Links that lead out only over other links, whichever of them comes first.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_link_that_leads_out_over_another_link_is_refused(bool reversed)
    {
        TarEntry[] links =
        [
            new PaxTarEntry(TarEntryType.SymbolicLink, "a/b/c/up") { LinkName = "../.." },
            new PaxTarEntry(TarEntryType.SymbolicLink, "out") { LinkName = "a/b/c/up/../../secret" },
        ];
        var archive = await ArchiveAsync([new PaxTarEntry(TarEntryType.Directory, "a/b/c/"), .. reversed ? links.Reverse() : links]);

        var fault = await Assert.ThrowsAsync<ArtifactException>(
            () => ExtractLayerAsync(archive.ToArray(), "application/vnd.oci.image.layer.v1.tar"));

        Assert.Contains("'out' leads out", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circle_of_links_is_refused()
    {
        var archive = await ArchiveAsync(
            new PaxTarEntry(TarEntryType.SymbolicLink, "one") { LinkName = "two" },
            new PaxTarEntry(TarEntryType.SymbolicLink, "two") { LinkName = "one" });

        await Assert.ThrowsAsync<ArtifactException>(() => ExtractLayerAsync(archive.ToArray(), "application/vnd.oci.image.layer.v1.tar"));
    }

    [Fact]
    public async Task What_unpacks_to_many_times_its_size_is_refused_before_it_fills_the_disk()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[1 << 20], Cancellation);
        }

        packed.Position = 0;
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        await using var bounded = new BoundedStream(unpacked, "sha256:0", 100 * packed.Length);
        var fault = await Assert.ThrowsAsync<ArtifactException>(() => bounded.CopyToAsync(Stream.Null, Cancellation));
        Assert.Contains("many times its size", fault.Message, StringComparison.Ordinal);

        Assert.Equal(1L << 30, LayerExtractor.LargestUnpacked(10));
        Assert.Equal(100L << 30, LayerExtractor.LargestUnpacked(1L << 30));
        Assert.True(LayerExtractor.LargestUnpacked(long.MaxValue) > 0);
    }

    [Fact]
    public async Task An_archive_of_more_entries_than_a_disk_should_have_is_refused()
    {
        var archive = await ArchiveAsync([.. Enumerable.Range(0, 11).Select(i => Entry($"{i}"))]);
        Directory.CreateDirectory(_temporary.At("out"));

        var fault = await Assert.ThrowsAsync<ArtifactException>(
            () => LayerExtractor.ExtractTarAsync(archive, _temporary.At("out"), Cancellation, mostEntries: 10));

        Assert.Contains("more than 10 entries", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link()
    {
        await AssertRefusedAsync(
            "link/evil", "through a link",
            new PaxTarEntry(TarEntryType.Directory, "inside/"),
            new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "inside" },
            Entry("link/evil"));
    }

    [Fact]
    public async Task A_hard_link_to_a_file_outside_is_refused()
    {
        await AssertRefusedAsync("../secret", "outside", new PaxTarEntry(TarEntryType.HardLink, "hard") { LinkName = "../secret" });
        await AssertRefusedAsync("hard", "no file of the archive", new PaxTarEntry(TarEntryType.HardLink, "hard") { LinkName = "nothing" });
    }

    [Fact]
    public async Task A_device_is_refused()
    {
        await AssertRefusedAsync("dev", "only files", new PaxTarEntry(TarEntryType.CharacterDevice, "dev"));
    }

    [Fact]
    public async Task A_file_replaces_a_link_instead_of_following_it()
    {
        await ExtractAsync(
            Entry("target", "old"),
            new PaxTarEntry(TarEntryType.SymbolicLink, "name") { LinkName = "target" },
            Entry("name", "new"));

        Assert.Equal("old", File.ReadAllText(_temporary.At("out/target")));
        Assert.Equal("new", File.ReadAllText(_temporary.At("out/name")));
    }

    [Fact]
    public async Task Links_within_the_folder_and_whiteouts_work_as_in_an_image()
    {
        await ExtractAsync(
            Entry("a/one", "1"),
            Entry("a/two", "2"),
            Entry("b/three", "3"),
            new PaxTarEntry(TarEntryType.HardLink, "copy") { LinkName = "a/one" },
            new PaxTarEntry(TarEntryType.SymbolicLink, "a/link") { LinkName = "../a/one" });
        await ExtractAsync(Entry("a/.wh.two"), Entry("b/.wh..wh..opq"), Entry("b/four", "4"));

        Assert.Equal(["a/link", "a/one", "b/four", "copy"], Folders.Read(_temporary.At("out")).Keys);
        Assert.Equal("1", File.ReadAllText(_temporary.At("out/copy")));
    }

    [Theory]
    [InlineData("application/vnd.oci.image.layer.v1.tar", "org.opencontainers.image.title")]
    [InlineData("application/vnd.oci.image.layer.v1.tar+gzip", "org.opencontainers.image.title")]
    [InlineData("application/vnd.oci.image.layer.v1.tar+zstd", "org.opencontainers.image.title")]
    [InlineData("application/octet-stream", "org.opencontainers.image.title")]
    [InlineData("application/vnd.cncf.model.weight.v1.raw", "org.cncf.model.filepath")]
    public async Task A_layer_with_a_name_that_is_no_packed_folder_is_a_file(string mediaType, string annotation)
    {
        var content = Encoding.UTF8.GetBytes("{}");
        var layer = Layer(content, mediaType) with { Annotations = new() { [annotation] = "sub/config.json" } };

        await LayerExtractor.ExtractAsync(layer, new MemoryStream(content), _temporary.At("out"), Cancellation);

        Assert.Equal("{}", File.ReadAllText(_temporary.At("out/sub/config.json")));
    }

    [Theory]
    [InlineData("application/vnd.oci.image.layer.v1.tar+zstd", null, "zstd")]
    [InlineData("application/octet-stream", null, "neither an archive nor")]
    [InlineData("application/octet-stream", "../../evil", "outside")]
    [InlineData("application/vnd.oci.image.layer.v1.tar+gzip", null, "no archive")]
    [InlineData("application/vnd.oci.image.layer.v1.tar", null, "no archive")]
    public async Task A_layer_that_cannot_be_unpacked_is_explained(string mediaType, string? title, string expected)
    {
        var content = Encoding.UTF8.GetBytes(new string('x', 2000));
        var layer = Layer(content, mediaType) with { Annotations = title is null ? null : new() { [Annotations.Title] = title } };

        var fault = await Assert.ThrowsAsync<ArtifactException>(
            () => LayerExtractor.ExtractAsync(layer, new MemoryStream(content), _temporary.At("out"), Cancellation));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_blob_of_another_length_than_announced_is_refused(int difference)
    {
        var content = Encoding.UTF8.GetBytes("content");
        var layer =
            Layer(content, "text/plain") with { Size = content.Length + difference, Annotations = new() { [Annotations.Title] = "file" } };
        Directory.CreateDirectory(_temporary.At("out"));

        var fault = await Assert.ThrowsAsync<ArtifactException>(
            () => LayerExtractor.ExtractAsync(layer, new MemoryStream(content), _temporary.At("out"), Cancellation));

        Assert.Contains($"should have {layer.Size} bytes", fault.Message, StringComparison.Ordinal);
    }

    private static PaxTarEntry Entry(string name, string content = "")
    {
        return new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };
    }

    private static Descriptor Layer(byte[] content, string mediaType)
    {
        return new Descriptor { MediaType = mediaType, Digest = OciDigest.Of(content), Size = content.Length };
    }

    private async Task AssertRefusedAsync(string entry, string why, params TarEntry[] entries)
    {
        var fault = await Assert.ThrowsAsync<ArtifactException>(() => ExtractAsync(entries));
        Assert.Contains($"'{entry}'", fault.Message, StringComparison.Ordinal);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_temporary.Path, "evil", SearchOption.AllDirectories));
    }

    private async Task ExtractLayerAsync(byte[] content, string mediaType)
    {
        Directory.CreateDirectory(_temporary.At("out"));
        await LayerExtractor.ExtractAsync(Layer(content, mediaType), new MemoryStream(content), _temporary.At("out"), Cancellation);
        FolderLinks.Check(_temporary.At("out"));
    }

    private async Task ExtractAsync(params TarEntry[] entries)
    {
        var archive = await ArchiveAsync(entries);
        Directory.CreateDirectory(_temporary.At("out"));
        await LayerExtractor.ExtractTarAsync(archive, _temporary.At("out"), Cancellation);
    }

    private static async Task<MemoryStream> ArchiveAsync(params TarEntry[] entries)
    {
        var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                await tar.WriteEntryAsync(entry, Cancellation);
            }
        }

        archive.Position = 0;
        return archive;
    }
}
