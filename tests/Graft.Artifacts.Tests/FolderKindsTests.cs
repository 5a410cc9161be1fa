using Xunit;

namespace Graft.Artifacts.Tests;

public sealed class FolderKindsTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    [Theory]
    [InlineData("application/vnd.graft.adapter.v1", "adapter_config.json", "adapter_model.safetensors")]
    [InlineData("application/vnd.graft.adapter.v1", "adapter_config.json", "config.json")]
    [InlineData("application/vnd.graft.model.v1", "config.json", "model.safetensors")]
    [InlineData("application/vnd.graft.files.v1", "train.jsonl")]
    public void A_folder_is_called_what_its_files_make_it(string type, params string[] files)
    {
        var folder = Directory.CreateDirectory(_temporary.At("folder")).FullName;
        foreach (var file in files)
        {
            File.WriteAllText(Path.Combine(folder, file), "{}");
        }

        Assert.Equal(type, FolderKinds.TypeOf(folder));
    }

    public void Dispose()
    {
        _temporary.Dispose();
    }
}
