using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Graft.Api.Documents;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Xunit;

namespace Graft.Api.Tests.Planning;

public sealed class PlanJsonTests
{
    [Fact]
    public void The_hash_does_not_depend_on_the_order_of_keys()
    {
        Gen.Select(Plans.Runs, Gen.Int).Sample((run, seed) =>
        {
            var recipe = Plans.Resolve(run);
            var shuffled = Shuffle(JsonNode.Parse(PlanJson.Write(recipe)), new Random(seed))!;
            var again = shuffled.Deserialize<Recipe>(PlanJson.WireOptions)!;

            return PlanJson.Hash(again) == PlanJson.Hash(recipe);
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
            return PlanJson.Hash(Plans.Resolve(Plans.Run(training: new TrainingSpec { LearningRate = rate })));
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

        Assert.Equal(PlanJson.Hash(Plans.Resolve(Plans.Run())), PlanJson.Hash(Plans.Resolve(written)));
    }

    [Fact]
    public void Every_field_of_a_recipe_counts_in_the_hash()
    {
        var recipe = Plans.Resolve(Plans.Run(new LoraSpec { TargetModules = ["q_proj"], ExcludeModules = ["lm_head"] }, new TrainingSpec { MaxSteps = 5 }))
            with
        { Rerun = "again" };
        var hash = PlanJson.Hash(recipe);
        var json = JsonNode.Parse(PlanJson.Write(recipe))!;

        foreach (var leaf in Leaves(json).ToList())
        {
            var path = leaf.GetPath();
            var changed = json.DeepClone();
            Change(Leaves(changed).Single(other => other.GetPath() == path));

            Assert.True(PlanJson.Hash(changed.Deserialize<Recipe>(PlanJson.WireOptions)!) != hash, $"{path} does not count.");
        }
    }

    [Fact]
    public void The_canonical_form_is_sorted_and_without_white_space()
    {
        var canonical = Encoding.UTF8.GetString(PlanJson.Canonical(Plans.Resolve(Plans.Run())));

        Assert.StartsWith("{\"data\":{\"dataset\":\"colors\",\"digest\":\"sha256:2", canonical, StringComparison.Ordinal);
        Assert.DoesNotContain(": ", canonical, StringComparison.Ordinal);
        Assert.DoesNotContain("null", canonical, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_of_a_known_recipe_never_changes()
    {
        // A new value here runs every finished run in every cluster again: change it only with the plan's version.
        Assert.Equal("sha256:fdacb2bbf5913c7fded6b6cf4ff1229c99f469f92c25132b7c8a2a9836f529d1", PlanJson.Hash(Plans.Resolve(Plans.Run())));
    }

    [Fact]
    public void A_plan_survives_writing_and_reading()
    {
        Plans.Runs.Sample(run =>
        {
            var plan = new RunPlan { Recipe = Plans.Resolve(run), Execution = Execution };
            return PlanJson.Write(PlanJson.Read(PlanJson.Write(plan))) == PlanJson.Write(plan);
        }, iter: 200);
    }

    [Theory]
    [InlineData("[]", "it has no \"version\"")]
    [InlineData("{\"version\": 1.5}", "it has no \"version\"")]
    [InlineData("{\"version\": 2}", "version 2, this trainer reads version 1")]
    [InlineData("{\"version\": 1}", "missing required properties")]
    [InlineData("{", "cannot be read")]
    public void A_text_that_is_no_plan_is_refused_with_the_reason(string text, string reason)
    {
        var error = Assert.Throws<PlanFormatException>(() => PlanJson.Read(text));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_field_of_a_plan_is_refused_by_name()
    {
        var plan = PlanJson.Write(new RunPlan { Recipe = Plans.Resolve(Plans.Run()), Execution = Execution });

        var error = Assert.Throws<PlanFormatException>(() => PlanJson.Read(Specs.With(plan, "\"rank\": 8", "\"rank\": 8, \"rnak\": 9")));

        Assert.Contains("rnak", error.Message, StringComparison.Ordinal);
    }

    private static Execution Execution { get; } = new()
    {
        Run = new RunIdentity { Namespace = "default", Name = "quickstart", Uid = "1" },
        Inputs = new Dictionary<string, PlanInput>
        {
            [RecipeResolver.BasePart] = new() { Path = "/models/tiny" },
            [Execution.DatasetInput] = new() { Path = "/data", Oci = new PlanOci { Reference = "registry.example/data:1" } },
        },
        OutputDirectory = "/out",
        CheckpointDirectory = "/checkpoints",
        CheckpointEverySteps = 100,
        Tracking = new PlanTracking { Experiment = "default", RunName = "quickstart", SpoolDirectory = "/checkpoints/spool" },
        Publish = new PlanPublish { Name = "quickstart", Directory = "/out/oci" },
    };

    private static JsonNode? Shuffle(JsonNode? node, Random random)
    {
        return node switch
        {
            JsonObject fields => new JsonObject(fields.OrderBy(_ => random.Next()).Select(field => KeyValuePair.Create(field.Key, Shuffle(field.Value, random)))),
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
