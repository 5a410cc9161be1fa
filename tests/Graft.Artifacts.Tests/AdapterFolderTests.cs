using System.Text.Json;
using Graft.Artifacts.SafeTensors;
using Xunit;

namespace Graft.Artifacts.Tests;

public sealed class AdapterFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public void Adapters_that_PEFT_wrote_are_sound()
    {
        var folders = Directory.GetDirectories(GoldenCases(), "adapter_*", SearchOption.AllDirectories);

        Assert.NotEmpty(folders);
        Assert.All(folders, AdapterFolder.Verify);
    }

    [Theory]
    [InlineData("""{"r": 2}""", "names no peft_type")]
    [InlineData("""[]""", "names no peft_type")]
    [InlineData("""{"peft_type": "LORA", "r": 3}""", "rank 2, which adapter_config.json does not name")]
    [InlineData("""{"peft_type": "LORA", "r": 2, "target_modules": ["q_proj", "k_proj"]}""", "'k_proj', for which there is no tensor")]
    [InlineData("""{"peft_type": "LORA", "r": """, "not a valid adapter")]
    public void A_configuration_that_does_not_fit_the_weights_is_explained(string configuration, string expected)
    {
        var folder = Adapter(configuration, ("m.q_proj.lora_A.weight", [2, 4]), ("m.q_proj.lora_B.weight", [4, 2]));

        Assert.Contains(expected, Assert.Throws<ArtifactException>(() => AdapterFolder.Verify(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Matrices_that_do_not_pair_are_listed()
    {
        var folder = Adapter(
            """{"peft_type": "LORA", "r": 2}""",
            ("a.lora_A.weight", [2, 4]), ("b.lora_B.weight", [4, 2]), ("c.lora_A.weight", [2, 4]), ("c.lora_B.weight", [4, 3]));

        var message = Assert.Throws<ArtifactException>(() => AdapterFolder.Verify(folder)).Message;

        Assert.Contains("a has lora_A without lora_B", message, StringComparison.Ordinal);
        Assert.Contains("b has lora_B without lora_A", message, StringComparison.Ordinal);
        Assert.Contains("c has rank 2 in lora_A but lora_B is [4, 3]", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsound_adapter_is_not_published()
    {
        var store = ArtifactStore.InFolder(_temporary.At("oci"));
        var folder = Adapter("""{"peft_type": "LORA", "r": 2}""", ("a.lora_A.weight", [2, 4]), ("a.lora_B.weight", [4, 2]));
        var weights = Path.Combine(folder, "adapter_model.safetensors");
        await File.WriteAllBytesAsync(weights, (await File.ReadAllBytesAsync(weights, Cancellation))[..^1], Cancellation);

        await Assert.ThrowsAsync<ArtifactException>(() => store.PublishAsync(folder, Requests.Of("demo"), Cancellation));

        Assert.Empty(await store.ListVersionsAsync("demo", Cancellation));
    }

    private string Adapter(string configuration, params (string Name, int[] Shape)[] tensors)
    {
        var folder = _temporary.Folder("adapter", ("adapter_config.json", configuration));
        var header = new Dictionary<string, object>();
        var offset = 0;
        foreach (var (name, shape) in tensors)
        {
            var bytes = 4 * shape.Aggregate(1, (product, size) => product * size);
            header[name] = new { dtype = "F32", shape, data_offsets = new[] { offset, offset + bytes } };
            offset += bytes;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        File.WriteAllBytes(Path.Combine(folder, "adapter_model.safetensors"),
            [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. new byte[offset]]);
        Assert.Equal(tensors.Length, SafeTensorHeader.Read(Path.Combine(folder, "adapter_model.safetensors")).Entries.Count);
        return folder;
    }

    private static string GoldenCases()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "tests", "golden")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "tests", "golden");
    }
}
