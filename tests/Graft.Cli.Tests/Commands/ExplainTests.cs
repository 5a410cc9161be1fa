using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Cli.Explaining;
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

    /// <summary>Every field of every kind, as a person would ask for it.</summary>
    [Fact]
    public void Every_field_of_every_kind_is_explained_by_a_known_type()
    {
        var descriptions = Descriptions.Parse(File.ReadAllText(Path.ChangeExtension(typeof(GraftApi).Assembly.Location, ".xml")));
        string[] types = ["string", "decimal string", "integer", "boolean", "time", "object", "any"];
        var asked = 0;
        foreach (var kind in ResourceKind.All)
        {
            Walk(kind.Kind, CustomResourceDefinition.RootSchema(kind, descriptions));
        }

        Assert.True(asked > 500, $"{asked} fields");

        void Walk(string path, SchemaNode node)
        {
            var lines = FieldExplanation.Lines(path, descriptions).ToList();
            asked++;
            Assert.StartsWith($"{path} <", lines[0], StringComparison.Ordinal);
            var type = lines[0].Split('<', '>')[1];
            Assert.Contains(type.Replace("list of ", "", StringComparison.Ordinal).Replace("map of ", "", StringComparison.Ordinal), types);
            Assert.All(lines, line => Assert.DoesNotMatch(@"System\.|Graft\.|`\d\[", line));
            while (node.Items is { } items)
            {
                node = items;
            }

            foreach (var field in node.Fields)
            {
                Walk($"{path}.{field.Name}", field.Schema);
            }
        }
    }

    [Fact]
    public async Task Recursive_shows_the_fields_of_all_levels_by_type()
    {
        var result = await GraftProgram.RunAsync(Repository.Root, "explain", "atr", "--recursive");
        Assert.Contains("\n    method <object> required\n      lora <object>\n        rank <integer>\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\n  status <object>\n    observedGeneration <integer>\n", result.Output, StringComparison.Ordinal);
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
