using Graft.Api.Runs;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Tests;
using Xunit;

namespace Graft.Architecture.Tests;

/// <summary>A kind of run is a slice of its own: what all kinds share knows none of them by name.</summary>
public sealed class RunKindTests
{
    /// <summary>Parts that carry runs out, whatever their kind.</summary>
    private static readonly string[] Shared =
        ["Graft.Operator", "Graft.Trainer", "Graft.Cli", "Graft.Data", "Graft.Tracking", "Graft.Artifacts"];

    /// <summary>Compiles the operator's code ahead by a run that is made up, which has to be of some kind.</summary>
    private const string MadeUp = "src/Graft.Operator/Controllers/WarmUp.cs";

    public static TheoryData<string> Kinds => [.. RunKinds.All.Select(kind => kind.Type.Name)];

    [Fact]
    public void Every_run_is_of_a_kind()
    {
        var runs = ResourceKind.All.Where(kind => kind.Type.IsAssignableTo(typeof(IRunResource))).Select(kind => kind.Kind);

        Assert.Equal(runs.Order(StringComparer.Ordinal), RunKinds.All.Select(kind => kind.Type.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Files_that_all_kinds_share_do_not_name_a_kind(string kind)
    {
        var naming = Sources.Files
            .Where(file => Shared.Any(part => file.StartsWith($"src/{part}/", StringComparison.Ordinal)) && file != MadeUp)
            .Where(file => Sources.Lines(file).Any(line => line.Contains(kind, StringComparison.OrdinalIgnoreCase)));

        Assert.Empty(naming);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_kind_has_an_example_and_a_spec_whose_hash_is_recorded(string kind)
    {
        foreach (var folder in new[] { "examples", "tests/Graft.Api.Tests/Planning/Recipes" })
        {
            var lines = Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.yaml", SearchOption.AllDirectories)
                .SelectMany(File.ReadLines);
            Assert.Contains(lines, line => line == $"kind: {kind}");
        }
    }
}
