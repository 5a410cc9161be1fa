using Graft.Api.Documents;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Artifacts;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Commands;

public sealed class PlanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public async Task The_hash_is_the_one_that_the_resolver_gives_for_the_files_digests()
    {
        var file = Specs.WriteWithInputs(_folder);
        var set = SpecSet.Load([new SpecFile(file, Specs.Run)]);
        var recipe = RecipeResolver.Resolve(
            set.All<AdapterTrainingRun>().Single().Resource,
            PinnedInputs.Of(
                set.All<BaseModel>().Single().Resource,
                FolderDigest.Compute(Path.Combine(_folder.Path, "model")),
                set.All<TrainingDataset>().Single().Resource,
                FolderDigest.Compute(Path.Combine(_folder.Path, "data"))));

        Assert.Equal($"{RecipeHash.Of(recipe)}  try", await HashAsync(_folder.Path, "run.yaml"));
    }

    [Fact]
    public async Task The_hash_depends_on_what_is_computed_and_not_on_where()
    {
        Specs.WriteWithInputs(_folder);
        var hash = await HashAsync(_folder.Path, "run.yaml");

        using var elsewhere = new TemporaryFolder();
        Specs.WriteWithInputs(elsewhere);
        elsewhere.Write("run.yaml", Specs.Run
            .Replace("\"1e-3\"", "\"0.001\"", StringComparison.Ordinal)
            .Replace("rank: 4", "rank: 4 # small", StringComparison.Ordinal));
        Assert.Equal(hash, await HashAsync(elsewhere.Path, "run.yaml", "--output-dir", "other", "--threads", "1", "--device", "cpu"));

        elsewhere.Write("data/train.jsonl", "{\"instruction\": \"Say no.\", \"output\": \"no\"}\n");
        Assert.NotEqual(hash, await HashAsync(elsewhere.Path, "run.yaml"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_run_that_an_earlier_release_has_begun_here_keeps_its_hash(int form)
    {
        Specs.WriteWithInputs(_folder);
        var plan = PlanJson.Read((await GraftProgram.RunAsync(_folder.Path, "plan", "run.yaml")).Output);
        var earlier = RecipeHash.Of(plan.Recipe.InForm(form)!);
        Assert.NotEqual($"{earlier}  try", await HashAsync(_folder.Path, "run.yaml"));

        Directory.CreateDirectory(Path.Combine(_folder.Path, "graft-out", $"try-{RecipeHash.Short(earlier)}"));

        Assert.Equal($"{earlier}  try", await HashAsync(_folder.Path, "run.yaml"));
    }

    [Fact]
    public async Task The_plan_is_what_a_trainer_reads()
    {
        Specs.WriteWithInputs(_folder);
        var result = await GraftProgram.RunAsync(_folder.Path, "plan", "run.yaml");
        var plan = PlanJson.Read(result.Output);
        Assert.Equal(Path.Combine(_folder.Path, "model"), plan.Execution.Inputs["base"].Path);
        Assert.Equal(Path.Combine(_folder.Path, "data"), plan.Execution.Inputs["dataset"].Path);
        Assert.StartsWith(Path.Combine(_folder.Path, "graft-out", "try-"), plan.Execution.OutputDirectory, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_option_says_where_a_claim_is()
    {
        Specs.WriteWithInputs(_folder);
        _folder.Write("run.yaml", Specs.Run.Replace("path: model", "pvc: {claimName: models, path: tiny}", StringComparison.Ordinal));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "disk"));
        Directory.Move(Path.Combine(_folder.Path, "model"), Path.Combine(_folder.Path, "disk", "tiny"));

        var without = await GraftProgram.RunAsync(_folder.Path, "plan", "run.yaml");
        Assert.Contains("--volume models=DIR", without.Errors, StringComparison.Ordinal);

        var with = await GraftProgram.RunAsync(_folder.Path, "plan", "run.yaml", "--volume", "models=disk");
        Assert.Equal(Path.Combine(_folder.Path, "disk", "tiny"), PlanJson.Read(with.Output).Execution.Inputs["base"].Path);
    }

    [Fact]
    public async Task Files_that_differ_from_the_pinned_digest_are_refused()
    {
        Specs.WriteWithInputs(_folder);
        var pinned = "sha256:" + new string('0', 64);
        _folder.Write("run.yaml", Specs.Run.Replace("    path: model", $"    path: model\n  digest: {pinned}", StringComparison.Ordinal));
        var result = await GraftProgram.RunAsync(_folder.Path, "plan", "run.yaml");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(pinned, result.Errors, StringComparison.Ordinal);
        Assert.Contains(FolderDigest.Compute(Path.Combine(_folder.Path, "model")), result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_builtin_lists_the_known_ones()
    {
        Specs.WriteWithInputs(_folder);
        _folder.Write("run.yaml", Specs.Run.Replace("path: data", "builtin: {name: nothing}", StringComparison.Ordinal));
        var result = await GraftProgram.RunAsync(_folder.Path, "plan", "run.yaml");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("wordnet-kinds", result.Errors, StringComparison.Ordinal);
    }

    private static async Task<string> HashAsync(string folder, params string[] arguments)
    {
        var result = await GraftProgram.RunAsync(folder, ["plan", "--hash", .. arguments]);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output.TrimEnd();
    }
}
