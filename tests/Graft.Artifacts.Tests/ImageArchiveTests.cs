using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Graft.Artifacts.Registry;
using Graft.Tests;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>Image archives as <c>make image</c> packs them, pushed to a real registry.</summary>
public sealed class ImageArchiveTests : IAsyncLifetime
{
    private const string Config = """{"Entrypoint":["/app/program"],"User":"65532:65532"}""";
    private static readonly RegistryOptions Plain = new() { PlainHttp = true };
    private readonly TemporaryFolder _temporary = new();
    private readonly HttpClient _http = new();
    private RegistryServer _registry = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = await RegistryServer.StartAsync();
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/vnd.oci.image.manifest.v1+json");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _registry.DisposeAsync();
        _temporary.Dispose();
    }

    [Fact]
    public async Task A_pushed_image_has_the_archive_s_configuration_and_layers()
    {
        var archive = await PackAsync(
            "image.tar", _temporary.Folder("system", ("lib", "so")), _temporary.Folder("program", ("app", "dll")));
        var digest = await ImageArchive.PushAsync(archive, Reference("1.0"), Plain, Cancellation);

        var stored = await _http.GetByteArrayAsync(Address("manifests/1.0"), Cancellation);
        Assert.Equal(digest, Digest(stored));
        var manifest = JsonNode.Parse(stored)!;
        var files = await ReadAsync(archive);
        var packed = JsonNode.Parse(files["manifest.json"])![0]!;
        Assert.Equal(files[Text(packed["Config"])], await BlobAsync(manifest["config"]!));
        var layers = manifest["layers"]!.AsArray();
        Assert.Equal(2, layers.Count);
        for (var i = 0; i < layers.Count; i++)
        {
            Assert.Equal("application/vnd.oci.image.layer.v1.tar+gzip", Text(layers[i]!["mediaType"]));
            using var content = new MemoryStream();
            await using var gzip = new GZipStream(new MemoryStream(await BlobAsync(layers[i]!)), CompressionMode.Decompress);
            await gzip.CopyToAsync(content, Cancellation);
            Assert.Equal(files[Text(packed["Layers"]![i])], content.ToArray());
        }
    }

    [Fact]
    public async Task A_tag_moves_to_what_was_pushed_last_and_the_same_archive_has_the_same_digest()
    {
        var first = await PackAsync("first.tar", _temporary.Folder("first", ("a", "1")));
        var second = await PackAsync("second.tar", _temporary.Folder("second", ("a", "2")));
        var pushed = await ImageArchive.PushAsync(first, Reference("1.0"), Plain, Cancellation);
        var moved = await ImageArchive.PushAsync(second, Reference("1.0"), Plain, Cancellation);
        Assert.NotEqual(pushed, moved);
        Assert.Equal(moved, Digest(await _http.GetByteArrayAsync(Address("manifests/1.0"), Cancellation)));
        Assert.Equal(pushed, await ImageArchive.PushAsync(first, Reference("1.0"), Plain, Cancellation));
    }

    [Fact]
    public async Task An_image_with_a_large_layer_can_be_pushed_again()
    {
        // More than a registry's own answers may hold: asked for a layer that it has, it tells the layer's length as that of its answer.
        var program = _temporary.Folder("program", ("app", "dll"));
        await File.WriteAllBytesAsync(Path.Combine(program, "large"), RandomNumberGenerator.GetBytes(17 << 20), Cancellation);
        var archive = await PackAsync("image.tar", program);
        var pushed = await ImageArchive.PushAsync(archive, Reference("1.0"), Plain, Cancellation);
        Assert.Equal(pushed, await ImageArchive.PushAsync(archive, Reference("1.0"), Plain, Cancellation));
    }

    [Fact]
    public async Task A_damaged_archive_is_refused_and_leaves_the_tag_alone()
    {
        var archive = await PackAsync("image.tar", _temporary.Folder("program", ("app", "program's bytes")));
        var bytes = await File.ReadAllBytesAsync(archive, Cancellation);
        bytes[bytes.AsSpan().IndexOf("program's bytes"u8)] = (byte)'P';
        await File.WriteAllBytesAsync(archive, bytes, Cancellation);

        var push = ImageArchive.PushAsync(archive, Reference("1.0"), Plain, Cancellation);
        var fault = await Assert.ThrowsAsync<ArtifactException>(() => push);
        Assert.Contains("damaged", fault.Message, StringComparison.Ordinal);
        using var answer = await _http.GetAsync(Address("manifests/1.0"), Cancellation);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task What_is_no_image_archive_is_refused(string content)
    {
        var file = _temporary.At("image.tar");
        await File.WriteAllTextAsync(file, content, Cancellation);
        var fault = await Assert.ThrowsAsync<ArtifactException>(() => ImageArchive.PushAsync(file, Reference("1.0"), Plain, Cancellation));
        Assert.Contains("no image archive", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry.example/graft/operator")]
    [InlineData("oci:folder:1.0")]
    [InlineData("registry.example/graft/operator:1.0@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_place_without_a_registry_or_a_tag_is_refused(string reference)
    {
        var fault = await Assert.ThrowsAsync<ArtifactException>(() => ImageArchive.PushAsync("none.tar", reference, Plain, Cancellation));
        Assert.Contains("REGISTRY/NAME:TAG", fault.Message, StringComparison.Ordinal);
    }

    private string Reference(string tag)
    {
        return $"{_registry.Host}/graft/operator:{tag}";
    }

    private Uri Address(string path)
    {
        return new Uri($"http://{_registry.Host}/v2/graft/operator/{path}");
    }

    private async Task<byte[]> BlobAsync(JsonNode descriptor)
    {
        var blob = await _http.GetByteArrayAsync(Address($"blobs/{Text(descriptor["digest"])}"), Cancellation);
        Assert.Equal(Text(descriptor["digest"]), Digest(blob));
        return blob;
    }

    private async Task<string> PackAsync(string name, params string[] layers)
    {
        var archive = _temporary.At(name);
        var script = Path.Combine(Repository.Root, "eng", "pack-image.sh");
        using var packing = Process.Start(new ProcessStartInfo("bash", [script, archive, "graft.test/operator:1", Config, .. layers])
        {
            RedirectStandardOutput = true,
        })!;
        var output = await packing.StandardOutput.ReadToEndAsync(Cancellation);
        await packing.WaitForExitAsync(Cancellation);
        Assert.True(packing.ExitCode == 0, output);
        return archive;
    }

    private static async Task<Dictionary<string, byte[]>> ReadAsync(string archive)
    {
        await using var reader = new TarReader(File.OpenRead(archive));
        var files = new Dictionary<string, byte[]>();
        while (await reader.GetNextEntryAsync(copyData: true, Cancellation) is { } entry)
        {
            using var content = new MemoryStream();
            await (entry.DataStream ?? Stream.Null).CopyToAsync(content, Cancellation);
            files[entry.Name] = content.ToArray();
        }

        return files;
    }

    private static string Digest(byte[] content)
    {
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
    }

    private static string Text(JsonNode? node)
    {
        return node!.GetValue<string>();
    }
}
