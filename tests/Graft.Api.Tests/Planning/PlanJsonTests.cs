using CsCheck;
using Graft.Api.Planning;
using Xunit;

namespace Graft.Api.Tests.Planning;

public sealed class PlanJsonTests
{
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
}
