using Graft.Cli.Local;
using Graft.Common;
using Xunit;

namespace Graft.Cli.Tests.Local;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly RunFolder _folder;

    public RunFolderTests()
    {
        _folder = new RunFolder(_root.Path, "try", "sha256:1a2b3c4d5e6f");
        Write(RunFolder.PlanFileName, "{}");
        Write("result.json", """{"outcome":"Succeeded","message":"Trained 40 steps.","steps":40}""");
        Write("adapter/adapter_config.json", "{}");
        Write("adapter/adapter_model.safetensors", "weights");
        _folder.Seal();
    }

    public void Dispose()
    {
        _root.Dispose();
    }

    [Fact]
    public void A_finished_run_that_is_as_it_was_is_found()
    {
        Assert.Equal(40, _folder.FindFinished(Assert.Fail)!.Steps);
    }

    [Theory]
    [InlineData("plan.json")]
    [InlineData("result.json")]
    [InlineData("SHA256SUMS")]
    [InlineData("adapter/adapter_config.json")]
    [InlineData("adapter/adapter_model.safetensors")]
    public void A_finished_run_of_which_any_bit_has_changed_is_not_used(string file)
    {
        var path = Path.Combine(_folder.Path, file);
        var whole = File.ReadAllBytes(path);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var flipped = (byte[])whole.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, flipped);

            Assert.True(_folder.FindFinished(_ => { }) is null, $"bit {bit} of {file}");
        }
    }

    [Fact]
    public void What_is_missing_or_too_much_is_named()
    {
        var told = new List<string>();
        Write("adapter/more.json", "{}");
        Assert.Null(_folder.FindFinished(told.Add));
        File.Delete(Path.Combine(_folder.Path, "adapter", "more.json"));
        File.Delete(Path.Combine(_folder.Path, "adapter", "adapter_config.json"));
        Assert.Null(_folder.FindFinished(told.Add));
        Directory.Delete(Path.Combine(_folder.Path, "adapter"), recursive: true);
        Assert.Null(_folder.FindFinished(told.Add));

        Assert.Contains("adapter/more.json", told[0], StringComparison.Ordinal);
        Assert.Contains("adapter/adapter_config.json", told[1], StringComparison.Ordinal);
        Assert.Contains("adapter/adapter_", told[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_a_release_that_wrote_no_digests_is_brought_to_its_end_again()
    {
        var told = new List<string>();
        File.Delete(Path.Combine(_folder.Path, RunSums.FileName));

        Assert.Null(_folder.FindFinished(told.Add));
        Assert.Contains(RunSums.FileName, Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public void One_command_at_a_time_is_at_a_run_and_forgetting_it_keeps_the_locks()
    {
        Assert.True(_folder.IsFree(TimeProvider.System));
        using (_folder.Open(TimeProvider.System))
        {
            Assert.False(_folder.IsFree(TimeProvider.System));
            _folder.Clear();
            Assert.Contains(
                $"process {Environment.ProcessId} on",
                Assert.Throws<CliException>(() => _folder.Open(TimeProvider.System)).Message,
                StringComparison.Ordinal);
        }

        using var trainer = FolderLock.Take(_folder.Path, TimeProvider.System);
        Assert.False(_folder.IsFree(TimeProvider.System));
    }

    private void Write(string file, string content)
    {
        _root.Write($"try-1a2b3c4d/{file}", content);
    }
}
