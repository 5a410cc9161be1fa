using System.Text;
using System.Text.RegularExpressions;
using Graft.Api.Documents;
using Graft.Api.Planning;
using Graft.Api.Validation;
using Graft.Artifacts;
using Graft.Cli.Display;
using Graft.Cli.Local;
using Graft.Common;
using Graft.Programs;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Hostile;

/// <summary>Ten thousand damaged specs, given to the commands as a person gives them.</summary>
public sealed partial class MutatedSpecTests : IDisposable
{
    private const int Batches = 10;
    private const int BatchSize = 1000;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, Batches)];

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_damaged_spec_is_taken_or_refused_in_visible_words(int batch)
    {
        var file = Specs.WriteWithInputs(_folder);
        var corpus = Corpus();
        var planner = Planner();
        var taken = 0;
        for (var seed = batch * BatchSize; seed < (batch + 1) * BatchSize; seed++)
        {
            var spec = new SpecMutator(corpus, seed).Next();
            try
            {
                taken += await TryAsync(file, spec, planner) ? 1 : 0;
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}: {error.Message}\nof\n{Encoding.Latin1.GetString(spec)}", error);
            }
        }

        // Neither is the damage so great that nothing behind the reader is tried, nor so small that it is no damage.
        Assert.InRange(taken, BatchSize / 50, BatchSize * 3 / 4);
    }

    [Fact]
    public async Task The_commands_themselves_end_with_a_status_and_words()
    {
        var file = Specs.WriteWithInputs(_folder);
        var corpus = Corpus();
        for (var seed = 0; seed < 100; seed++)
        {
            var spec = new SpecMutator(corpus, seed).Next();
            await File.WriteAllBytesAsync(file, spec, TestContext.Current.CancellationToken);
            foreach (var command in new[] { "validate", "plan" })
            {
                await using var output = new StringWriter { NewLine = "\n" };
                await using var errors = new StringWriter { NewLine = "\n" };
                var status = await CommandLine.InvokeAsync([command, file], Terminal.Of(output, errors));
                var told = $"{output}{errors}";
                Assert.True(status is ExitCodes.Succeeded or ExitCodes.Failed, told);
                Assert.Equal(VisibleText.Lines(told), told);
                Assert.DoesNotContain("defect", told, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>What the commands do with a file; whether a plan could be made of all its runs.</summary>
    private static async Task<bool> TryAsync(string file, byte[] spec, LocalPlanner planner)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        var terminal = Terminal.Of(output, output);
        var set = SpecSet.Load([SpecFile.Of(file, spec)], new SpecSetOptions { MissingReference = Severity.Error });
        foreach (var diagnostic in set.Diagnostics)
        {
            terminal.WriteLine(diagnostic.ToString());
        }

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches(Placed(), line));
        Assert.Equal(set.Diagnostics.Count, lines.Length);
        Assert.Equal(set.HasErrors, lines.Any(line => line.Contains(": error: ", StringComparison.Ordinal)));
        var isPlanned = !set.HasErrors && await PlanAsync(set, planner, terminal);
        Assert.Equal(VisibleText.Lines(output.ToString()), output.ToString());
        Assert.InRange(output.ToString().Length, 0, 200_000);
        return isPlanned;
    }

    private static async Task<bool> PlanAsync(SpecSet set, LocalPlanner planner, Terminal terminal)
    {
        try
        {
            foreach (var spec in LocalSpecs.Runs(set, []))
            {
                var run = await planner.PlanAsync(spec, TestContext.Current.CancellationToken);
                terminal.WriteLine(PlanJson.Write(run.Plan));
                Assert.Equal(RecipeHash.Of(PlanJson.Read(PlanJson.Write(run.Plan)).Recipe), run.Hash);
            }

            return true;
        }
        catch (Exception error) when (error is CliException or ArtifactException or IOException or UnauthorizedAccessException)
        {
            terminal.WriteLine(error.Message);
            return false;
        }
    }

    private LocalPlanner Planner()
    {
        var builtins = new BuiltinFolders([Path.Combine(Repository.Root, "examples", "builtin")]);
        var digests = new FolderDigestCache(Path.Combine(_folder.Path, "digests"));
        return new LocalPlanner(
            new InputFolders(builtins, new Dictionary<string, string>(), new OciInputs(Path.Combine(_folder.Path, "inputs"), digests)),
            digests,
            part => new ActivityLine(TextWriter.Null, isReplaced: false, TimeProvider.System, part),
            new LocalOptions { Output = Path.Combine(_folder.Path, "out") });
    }

    /// <summary>The examples, and a set whose inputs lie beside it, so that a plan can be made of it.</summary>
    private static List<string> Corpus()
    {
        return
        [
            Specs.Run, Specs.Run,
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples"), "*.yaml", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(File.ReadAllText),
        ];
    }

    [GeneratedRegex(@"^\S.*:[1-9][0-9]*:[1-9][0-9]*: (error|warning|note): .+ \[[a-z-]+\]\z")]
    private static partial Regex Placed();
}
