using Graft.Api.Documents;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Xunit;

namespace Graft.Api.Tests.Documents;

public sealed class SpecSetTests
{
    [Fact]
    public void Documents_of_one_file_find_each_other()
    {
        var set = Load(string.Join("\n---\n", Specs.Model, Specs.Dataset, Specs.Run));

        Assert.Empty(set.Diagnostics);
        Assert.Equal(["BaseModel tiny", "TrainingDataset colors", "AdapterTrainingRun quickstart"], set.Resources.Select(
            source => $"{source.Kind.Kind} {source.Name}"));
        Assert.Equal(8, set.All<AdapterTrainingRun>().Single().Resource.Spec.Method!.Lora!.Rank);
        Assert.Equal("data", set.All<TrainingDataset>().Single().Resource.Spec.Source!.Path);
    }

    [Fact]
    public void A_reference_to_nothing_is_an_error_where_nothing_else_can_have_it()
    {
        var set = SpecSet.Load([new SpecFile("run.yaml", Specs.Run)], new SpecSetOptions { MissingReference = Severity.Error });

        Assert.True(set.HasErrors);
        Assert.Equal(
            [
                "run.yaml:7:11: error: spec.baseModelRef.name: there is no BaseModel \"tiny\" in these files; give the file that holds it as well, or add a document of kind BaseModel [reference-not-found]",
                "run.yaml:13:13: error: spec.data.datasetRef.name: there is no TrainingDataset \"colors\" in these files; give the file that holds it as well, or add a document of kind TrainingDataset [reference-not-found]",
            ],
            set.Diagnostics.Select(found => found.ToString()));
    }

    [Fact]
    public void A_reference_stays_in_its_namespace()
    {
        var diagnostics = Specs.Diagnose(Specs.Run, Specs.With(Specs.Model, "name: tiny\n", "name: tiny\n  namespace: other\n"));

        Assert.Contains("the one at model.yaml:1 is in the namespace \"other\", this is in \"default\"", Assert.Single(diagnostics),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_model_is_found_all_the_same()
    {
        var diagnostics = Specs.Diagnose(Specs.Run, Specs.With(Specs.Model, "builtin", "biultin"));

        Assert.Equal(
            [
                "model.yaml:6:3: error: spec.source: exactly one of builtin, path, pvc, oci must be set; none is [exactly-one-of]",
                "model.yaml:7:5: error: spec.source.biultin: there is no field \"biultin\" here; did you mean \"builtin\"? (allowed here: builtin, path, pvc, oci) [unknown-field]",
            ],
            diagnostics);
    }

    [Fact]
    public void The_same_name_twice_is_an_error_at_the_second()
    {
        var set = SpecSet.Load([new SpecFile("a.yaml", Specs.Model), new SpecFile("b.yaml", Specs.Model)]);

        Assert.Equal(
            "b.yaml:4:9: error: metadata.name: there is a BaseModel \"tiny\" in the namespace \"default\" already; it is at a.yaml:1; rename one of them [duplicate-resource]",
            Assert.Single(set.Diagnostics).ToString());
    }

    [Fact]
    public void Documents_of_others_are_noted_and_left_alone()
    {
        var set = Load("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\nreplicas: 3\n---\n" + Specs.Model);

        Assert.False(set.HasErrors);
        Assert.Equal([Severity.Note, Severity.Note], set.Diagnostics.Select(found => found.Severity));
        Assert.Single(set.Resources);
    }

    [Theory]
    [InlineData("", "no document at all, as in an empty file or one of comments")]
    [InlineData("# nothing\n---\n", "no document at all, as in an empty file or one of comments")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\n", "1 document of other kinds: v1 ConfigMap")]
    [InlineData("repos: []\n---\nkind: Pod\n", "2 documents of other kinds: a document without a kind, Pod")]
    public void Files_in_which_there_is_nothing_to_check_are_an_error(string text, string found)
    {
        var problem = Assert.Single(Load(text).Diagnostics, diagnostic => diagnostic.Severity == Severity.Error);

        Assert.Equal(
            $"specs.yaml:1:1: error: none of Graft's resources is in this file, so nothing was checked; found: {found}; Graft's documents begin "
            + "with apiVersion: graft.dev/v1alpha1 [nothing-found]",
            problem.ToString());
    }

    [Theory]
    [InlineData("apiVersion: graft.dev/v1alpha1", "apiVersion: graft.dev/v1", ProblemCodes.UnknownVersion)]
    [InlineData("apiVersion: graft.dev/v1alpha1\n", "", ProblemCodes.UnknownVersion)]
    [InlineData("kind: BaseModel", "kind: BaseModle", ProblemCodes.UnknownKind)]
    public void What_is_named_by_a_wrong_version_or_kind_is_found_all_the_same(string right, string wrong, string code)
    {
        var set = Load(string.Join("\n---\n", Specs.With(Specs.Model, right, wrong), Specs.Dataset, Specs.Run));

        Assert.Equal(code, Assert.Single(set.Diagnostics).Problem.Code);
    }

    [Fact]
    public void What_may_be_in_an_unread_document_is_not_missed()
    {
        var set = Load(string.Join("\n---\n", Specs.Dataset, Specs.Run, "a: [\n"));

        Assert.Equal(ProblemCodes.BadYaml, Assert.Single(set.Diagnostics).Problem.Code);
    }

    [Theory]
    [InlineData("graft.io/v1alpha1", "write apiVersion: graft.dev/v1alpha1; did you mean this?")]
    [InlineData("gratf.dev/v1alpha1", "write apiVersion: graft.dev/v1alpha1; did you mean this?")]
    [InlineData("example.com/v1", "write apiVersion: graft.dev/v1alpha1; did you mean this?")]
    public void Our_kind_in_another_group_is_an_error(string apiVersion, string remedy)
    {
        var set = Load(Specs.With(Specs.Model, "graft.dev/v1alpha1", apiVersion));

        Assert.Equal(remedy, Assert.Single(set.Diagnostics).Problem.Remedy);
    }

    [Fact]
    public void A_list_as_kubectl_writes_it_is_opened()
    {
        var set = Load("apiVersion: v1\nkind: List\nitems:\n- " + Specs.Model.Replace("\n", "\n  ", StringComparison.Ordinal));

        Assert.Empty(set.Diagnostics);
        Assert.Equal("tiny", Assert.Single(set.Resources).Name);
    }

    [Fact]
    public void What_a_server_adds_is_let_through()
    {
        var set = Load(Specs.With(Specs.Model, "name: tiny\n",
            "name: tiny\n  uid: 1b4e28ba\n  resourceVersion: \"17\"\n  creationTimestamp: \"2026-01-31T12:00:00Z\"\n  generation: 1\n")
            + "\nstatus:\n  parameters: 5\n");

        Assert.Empty(set.Diagnostics);
        Assert.NotNull(Assert.Single(set.Resources).Resource);
    }

    [Fact]
    public void Json_is_read_with_its_places()
    {
        var set = Load("{\n\t\"apiVersion\": \"graft.dev/v1alpha1\",\n\t\"kind\": \"BaseModel\",\n\t\"metadata\": {\"name\": \"tiny\"},\n\t\"spec\": {\"source\": {\"path\": 3}}\n}\n");

        Assert.StartsWith("specs.yaml:5:30: error: spec.source.path: expected a string, found the number 3", Assert.Single(set.Diagnostics)
            .ToString(), StringComparison.Ordinal);
    }

    private static SpecSet Load(string text)
    {
        return SpecSet.Load([new SpecFile("specs.yaml", text)]);
    }
}
