using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>The packer behind `make image`; needs neither a container engine nor a cluster.</summary>
public sealed class ImagePackingTests
{
    private const string Config = """{"Entrypoint":["/app/program"],"User":"65532:65532"}""";

    [Fact]
    public async Task The_same_files_give_the_same_bytes_whenever_and_in_whatever_order_they_were_written()
    {
        using TemporaryFolder first = new(), second = new(), output = new();
        await WriteAsync(first.Path, "a", "b");
        await WriteAsync(second.Path, "b", "a");
        File.SetLastWriteTimeUtc(Path.Combine(second.Path, "a"), DateTime.UnixEpoch);
        var packed = await PackAsync(output.Path, "first.tar", first.Path);
        Assert.Equal(packed, await PackAsync(output.Path, "second.tar", second.Path));
    }

    [Fact]
    public async Task Layers_lie_in_the_given_order_and_are_named_by_the_digest_of_their_bytes()
    {
        using TemporaryFolder lower = new(), upper = new(), output = new();
        await WriteAsync(lower.Path, "system");
        await WriteAsync(upper.Path, "program");
        var entries = Read(await PackAsync(output.Path, "image.tar", lower.Path, upper.Path));

        var manifest = JsonNode.Parse(entries["manifest.json"])![0]!;
        Assert.Equal("graft.test/packed:1", manifest["RepoTags"]![0]!.GetValue<string>());
        var configuration = JsonNode.Parse(entries[manifest["Config"]!.GetValue<string>()])!;
        Assert.Equal("65532:65532", configuration["config"]!["User"]!.GetValue<string>());
        var layers = manifest["Layers"]!.AsArray().Select(layer => entries[layer!.GetValue<string>()]).ToList();
        Assert.Equal(
            configuration["rootfs"]!["diff_ids"]!.AsArray().Select(id => id!.GetValue<string>()),
            layers.Select(layer => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(layer))));
        Assert.Equal(["./system", "./program"], layers.Select(layer => Read(layer).Keys.Single(name => name != "./")));
    }

    [Fact]
    public async Task A_file_that_only_its_owner_may_read_is_readable_for_the_image_s_user()
    {
        using TemporaryFolder folder = new(), output = new();
        await WriteAsync(folder.Path, "secretive");
        File.SetUnixFileMode(Path.Combine(folder.Path, "secretive"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var entries = Read(await PackAsync(output.Path, "image.tar", folder.Path));
        var layer = entries.Single(entry => entry.Key.EndsWith(".tar", StringComparison.Ordinal)).Value;
        using var reader = new TarReader(new MemoryStream(layer));
        var modes = new Dictionary<string, UnixFileMode>();
        while (reader.GetNextEntry() is { } entry)
        {
            modes[entry.Name] = entry.Mode;
            Assert.Equal(0, entry.Uid);
        }

        Assert.True(modes["./secretive"].HasFlag(UnixFileMode.OtherRead));
    }

    private static async Task<byte[]> PackAsync(string folder, string name, params string[] layers)
    {
        var archive = Path.Combine(folder, name);
        (await Shell.RunAsync("eng/pack-image.sh", [archive, "graft.test/packed:1", Config, .. layers])).Succeeded();
        return await File.ReadAllBytesAsync(archive, TestContext.Current.CancellationToken);
    }

    private static async Task WriteAsync(string folder, params string[] names)
    {
        foreach (var name in names)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), name, TestContext.Current.CancellationToken);
        }
    }

    private static Dictionary<string, byte[]> Read(byte[] archive)
    {
        using var reader = new TarReader(new MemoryStream(archive));
        var entries = new Dictionary<string, byte[]>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            entries[entry.Name] = content.ToArray();
        }

        return entries;
    }
}
