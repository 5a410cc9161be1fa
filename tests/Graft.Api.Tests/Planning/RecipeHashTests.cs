using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Graft.Api.Documents;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Tests;
using Xunit;

namespace Graft.Api.Tests.Planning;

public sealed class RecipeHashTests
{
    [Fact]
    public void The_hash_does_not_depend_on_the_order_of_keys()
    {
        Gen.Select(Plans.Runs, Gen.Int).Sample((run, seed) =>
        {
            var recipe = Plans.Resolve(run);
            var shuffled = Shuffle(JsonNode.Parse(PlanJson.Write(recipe)), new Random(seed))!;
            var again = shuffled.Deserialize<Recipe>(PlanJson.WireOptions)!;

            return RecipeHash.Of(again) == RecipeHash.Of(recipe);
        }, iter: 200);
    }

    [Theory]
    [InlineData("2e-4", "0.0002")]
    [InlineData("2e-4", "2.0E-4")]
    [InlineData("2e-4", "0.2e-3")]
    [InlineData("1", "1.000")]
    public void The_hash_does_not_depend_on_how_a_number_is_written(string one, string other)
    {
        Assert.Equal(Hash(one), Hash(other));

        static string Hash(string rate)
        {
            return RecipeHash.Of(Plans.Resolve(Plans.Run(training: new TrainingSpec { LearningRate = new(rate) })));
        }
    }

    [Fact]
    public void The_hash_does_not_depend_on_how_a_spec_is_formatted_or_which_defaults_it_spells_out()
    {
        var written = (AdapterTrainingRun)SpecSet.Load([new SpecFile("run.json", """
            {"kind": "AdapterTrainingRun", "apiVersion": "graft.dev/v1alpha1", "metadata": {"name": "quickstart"},
             "spec": {"training": {"seed": 42, "learningRate": "0.0002"}, "data": {"datasetRef": {"name": "colors"}, "maxLength": 512},
                      "method": {"lora": {"alpha": 16, "rank": 8}}, "baseModelRef": {"name": "tiny"}}}
            """)]).Resources[0].Resource!;

        Assert.Equal(RecipeHash.Of(Plans.Resolve(Plans.Run())), RecipeHash.Of(Plans.Resolve(written)));
    }

    [Fact]
    public void The_hash_does_not_depend_on_how_often_and_in_what_pod_the_inputs_were_inspected()
    {
        var (model, dataset) = (Plans.Model, Plans.Dataset);
        var digest = "sha256:" + new string('a', 64);
        var before = RecipeHash.Of(RecipeResolver.Resolve(Plans.Run(), PinnedInputs.Of(model, digest, dataset, digest)));
        (model.Spec.Rerun, dataset.Spec.Rerun) = ("1", "2");
        (model.Spec.Pod, dataset.Spec.Pod) = (new InspectionPodSettings { Memory = "9Gi" }, new InspectionPodSettings { Cpu = "3" });

        Assert.Equal(before, RecipeHash.Of(RecipeResolver.Resolve(Plans.Run(), PinnedInputs.Of(model, digest, dataset, digest))));
    }

    [Fact]
    public void Which_answers_are_trained_counts_in_the_hash_where_it_is_not_what_was_always_done()
    {
        var recipe = Plans.Resolve(Plans.Run());
        var last = recipe with { Data = recipe.Data with { TrainOn = "lastAnswer" } };

        Assert.DoesNotContain("trainOn", Encoding.UTF8.GetString(RecipeHash.Canonical(recipe)), StringComparison.Ordinal);
        Assert.Contains("\"trainOn\":\"lastAnswer\"", Encoding.UTF8.GetString(RecipeHash.Canonical(last)), StringComparison.Ordinal);
        Assert.NotEqual(RecipeHash.Of(recipe), RecipeHash.Of(last));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_field_of_a_recipe_counts_in_the_hash_but_the_texts_since_form_2(int form)
    {
        var run = Plans.Run(new LoraSpec { TargetModules = ["q_proj"], ExcludeModules = ["lm_head"] }, new TrainingSpec { MaxSteps = 5 });
        var recipe = Plans.Resolve(run).InForm(form)! with { Rerun = "again" };
        var hash = RecipeHash.Of(recipe);
        var json = JsonNode.Parse(PlanJson.Write(recipe))!;
        string[] texts = ["$.parts[0].model", "$.parts[0].source", "$.parts[0].license", "$.data.dataset"];

        // Another role is another sort of part, which has other fields.
        var paths = Leaves(json).Select(leaf => leaf.GetPath());
        foreach (var path in paths.Where(path => path != "$.form" && !path.EndsWith(".role", StringComparison.Ordinal)).ToList())
        {
            var changed = json.DeepClone();
            Change(Leaves(changed).Single(other => other.GetPath() == path));

            var counts = RecipeHash.Of(changed.Deserialize<Recipe>(PlanJson.WireOptions)!) != hash;
            Assert.True(counts == (form == 1 || !texts.Contains(path)), $"{path}: counts is {counts}.");
        }
    }

    [Fact]
    public void What_a_model_is_called_elsewhere_counts_in_no_hash_that_an_earlier_release_has_made()
    {
        var (model, dataset) = (Plans.Model, Plans.Dataset);
        var digest = "sha256:" + new string('a', 64);
        foreach (var form in new[] { 1, 2, 3 })
        {
            model.Spec.HubId = null;
            var without = RecipeHash.Of(Resolved().InForm(form)!);
            model.Spec.HubId = "owner/name";
            Assert.Equal("owner/name", Resolved().LanguageModel.Called);
            Assert.Equal(without, RecipeHash.Of(Resolved().InForm(form)!));
        }

        Recipe Resolved() => RecipeResolver.Resolve(Plans.Run(), PinnedInputs.Of(model, digest, dataset, digest));
    }

    [Theory]
    [InlineData("model", "./model")]
    [InlineData("../model", "../model")]
    [InlineData("/models/tiny", "/models/tiny")]
    public void A_source_in_words_is_no_name_on_a_hub(string path, string words) =>
        Assert.Equal(words, new FileSource { Path = path }.InWords());

    [Fact]
    public void Sources_that_are_no_paths_say_their_kind()
    {
        Assert.Equal("builtin://tiny", new FileSource { Builtin = new BuiltinSource { Name = "tiny" } }.InWords());
        Assert.Equal("pvc://claim/a/b", new FileSource { Pvc = new PvcSource { ClaimName = "claim", Path = "a/b" } }.InWords());
        Assert.Equal("oci://r.example/m:1", new FileSource { Oci = new OciSource { Reference = "r.example/m:1" } }.InWords());
    }

    [Fact]
    public void A_recipe_of_a_later_form_is_refused_and_never_compared()
    {
        var recipe = Plans.Resolve(Plans.Run());

        var error = Assert.Throws<PlanFormatException>(() => RecipeHash.Of(recipe with { Form = Recipe.CurrentForm + 1 }));

        Assert.Contains("trainer image of the same release", error.Message, StringComparison.Ordinal);
        Assert.Null(RecipeHash.As(recipe, Recipe.CurrentForm + 1, RecipeHash.Of(recipe)));
    }

    [Fact]
    public void A_recipe_is_found_again_in_the_form_of_an_earlier_release()
    {
        var recipe = Plans.Resolve(Plans.Run());
        var earlier = RecipeHash.Of(recipe with { Form = 1 });

        Assert.NotEqual(earlier, RecipeHash.Of(recipe));
        Assert.Equal(1, RecipeHash.As(recipe, 1, earlier)?.Form);
        Assert.Null(RecipeHash.As(recipe, 1, RecipeHash.Of(recipe)));
        Assert.Null(RecipeHash.As(recipe with { Rerun = "2" }, 1, earlier));
    }

    [Fact]
    public void The_canonical_form_is_sorted_and_without_white_space()
    {
        var canonical = Encoding.UTF8.GetString(RecipeHash.Canonical(Plans.Resolve(Plans.Run())));

        Assert.StartsWith("{\"data\":{\"digest\":\"sha256:2", canonical, StringComparison.Ordinal);
        Assert.DoesNotContain(": ", canonical, StringComparison.Ordinal);
        Assert.DoesNotContain("null", canonical, StringComparison.Ordinal);
    }

    private static JsonNode? Shuffle(JsonNode? node, Random random)
    {
        return node switch
        {
            JsonObject fields => new JsonObject(
                fields.OrderBy(_ => random.Next()).Select(field => KeyValuePair.Create(field.Key, Shuffle(field.Value, random)))),
            JsonArray items => new JsonArray([.. items.Select(item => Shuffle(item, random))]),
            _ => node?.DeepClone(),
        };
    }

    private static IEnumerable<JsonValue> Leaves(JsonNode? node)
    {
        return node switch
        {
            JsonObject fields => fields.SelectMany(field => Leaves(field.Value)),
            JsonArray items => items.SelectMany(Leaves),
            JsonValue value => [value],
            _ => [],
        };
    }

    private static void Change(JsonValue leaf)
    {
        leaf.ReplaceWith<JsonNode>(leaf.GetValueKind() switch
        {
            JsonValueKind.String => leaf.GetValue<string>() + "x",
            JsonValueKind.True => false,
            JsonValueKind.False => true,
            _ => leaf.GetValue<double>() + 1,
        });
    }
}
