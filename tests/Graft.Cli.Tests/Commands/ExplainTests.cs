using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Commands;

public sealed class ExplainTests
{
    [Theory]
    [InlineData("atr.spec.method.lora.rank")]
    [InlineData("AdapterTrainingRun.method.lora.rank")]
    [InlineData("adaptertrainingruns.method.lora.rank")]
    public async Task A_field_is_explained_by_any_name_of_its_kind(string path)
    {
        var result = await GraftProgram.RunAsync(Repository.Root, "explain", path);
        Assert.StartsWith(
            "AdapterTrainingRun.spec.method.lora.rank <integer>\n  The rank r of the update.\n  default: 8\n  from 1 to 1024\n",
            result.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_path_all_kinds_are_listed()
    {
        var result = await GraftProgram.RunAsync(Repository.Root, "explain");
        Assert.Equal(
            ["AdapterTrainingRun", "BaseModel", "TrainingDataset", "ProjectionPretrain", "AdapterSweep"],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task A_misspelt_field_gives_the_nearest()
    {
        var result = await GraftProgram.RunAsync(Repository.Root, "explain", "bm.sorce");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Did you mean 'source'?", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_s_reason_is_explained_with_its_remedy()
    {
        var result = await GraftProgram.RunAsync(Repository.Root, "explain", "outOfMemory");
        Assert.Equal(
            "OutOfMemory <reason of Succeeded, Ready>\n  The trainer needed more memory than it may have.\n"
            + "  What to do: Raise spec.pod.memory, or lower spec.training.batchSize or spec.data.maxLength; for an\n"
            + "  inspection, the chart's inspect.memory.\n",
            result.Output);
    }
}
