using System.Text.Json;
using Graft.Api.Documents;
using Graft.Api.Planning;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;
using Graft.Tests;
using Xunit;

namespace Graft.Api.Tests.Planning;

/// <summary>
/// Specs with the recipes and hashes that a release made of them, in <c>Recipes/form-N</c>. The folder only grows: a hash that changes
/// runs every finished run of that spec in every cluster again. A default that changes, or a field that counts at its old value, fails
/// here.
/// </summary>
public sealed class RecipeCorpusTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Graft.Api.Tests", "Planning", "Recipes");

    private static readonly JsonSerializerOptions Indented = new(PlanJson.WireOptions) { WriteIndented = true };

    public static TheoryData<int, string> Specs
    {
        get
        {
            var specs = new TheoryData<int, string>();
            foreach (var file in Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                var form = Path.GetFileName(Path.GetDirectoryName(file)!);
                specs.Add(int.Parse(form["form-".Length..], System.Globalization.CultureInfo.InvariantCulture), Path.GetFileName(file));
            }

            return specs;
        }
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void A_spec_has_the_hash_that_it_always_had(int form, string name)
    {
        var file = Path.Combine(Folder, $"form-{form}", name);
        var recorded = Path.ChangeExtension(file, ".json");
        var recipe = Resolve(file).InForm(form)!;
        if (!File.Exists(recorded))
        {
            Assert.Fail($"{recorded} is missing; for a new spec it is\n{JsonSerializer.Serialize(new Recorded(RecipeHash.Of(recipe), recipe), Indented)}");
        }

        var (hash, then) = JsonSerializer.Deserialize<Recorded>(File.ReadAllText(recorded), PlanJson.WireOptions)!;

        Assert.Equal(hash, RecipeHash.Of(then));
        Assert.Equal(hash, RecipeHash.Of(recipe));
    }

    [Fact]
    public void Every_form_has_specs()
    {
        Assert.Equal(
            Enumerable.Range(1, Recipe.CurrentForm).Select(form => $"form-{form}"),
            Directory.EnumerateDirectories(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static Recipe Resolve(string file)
    {
        var set = SpecSet.Load([new SpecFile(file, File.ReadAllText(file))]);
        Assert.Empty(set.Diagnostics);
        var (source, run) = set.All<IRunResource>().Single();
        return RecipeResolver.Resolve(run, set.InputsOf(source, run).ToDictionary(
            input => input.Key,
            input => new PinnedInput(input.Value, input.Value is TrainingDataset ? Plans.DatasetDigest : Plans.ModelDigest)));
    }

    private sealed record Recorded(string Hash, Recipe Recipe);
}
