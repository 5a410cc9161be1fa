using Graft.Api.Documents;
using Graft.Api.Validation;
using Xunit;

namespace Graft.Api.Tests.Validation;

public sealed class SweepTests
{
    private const string Sweep = """
        apiVersion: graft.dev/v1alpha1
        kind: AdapterSweep
        metadata: {name: ranks}
        spec:
          template:
            adapterTrainingRun:
              baseModelRef: {name: tiny}
              method: {lora: {targetModules: [q_proj]}}
              data: {datasetRef: {name: colors}}
              training: {maxSteps: 100}
          objective: {}
          parameters:
        """;

    public static TheoryData<string, string?> Parameters => new()
    {
        { "{field: method.lora.rank, values: [\"4\", \"8\"]}", null },
        { "{field: training.learningRate, range: {minimum: \"1e-5\", maximum: \"1e-3\", scale: log}}", null },
        { "{field: training.schedule, values: [cosine, linear]}", null },
        { "{field: method.lora.rsLora, values: [\"true\", \"false\"]}", null },
        { "{field: method.lora.rnk, values: [\"4\"]}", "13:15: error: spec.parameters[0].field: the template's spec has no field \"method.lora.rnk\": there is no \"rnk\"; did you mean \"rank\"?" },
        { "{field: method.lora, values: [\"4\"]}", "13:15: error: spec.parameters[0].field: \"method.lora\" holds no single value" },
        { "{field: method.lora.targetPattern, values: [a]}", "13:15: error: spec.parameters[0].field: the template sets targetModules, which excludes targetPattern" },
        { "{field: training.epochs, values: [\"1\"]}", "13:15: error: spec.parameters[0].field: the template sets maxSteps, which excludes epochs" },
        { "{field: method.lora.rank, values: [\"4\", x]}", "13:47: error: spec.parameters[0].values[1]: \"x\" does not fit the field, which holds an integer" },
        { "{field: method.lora.rank, values: [\"4\", \"0\"]}",
            "13:47: error: spec.parameters[0].values[1]: 0 is out of bounds; 1 to 1024 are allowed" },
        { "{field: training.schedule, values: [cosin]}", "13:43: error: spec.parameters[0].values[0]: \"cosin\" is not allowed; did you mean \"cosine\"?" },
        { "{field: training.schedule, range: {minimum: \"1\", maximum: \"2\"}}",
            "13:34: error: spec.parameters[0].range: the field holds no number" },
        { "{field: method.lora.alpha, range: {minimum: \"8\", maximum: \"4\"}}",
            "13:65: error: spec.parameters[0].range.maximum: the maximum 4 is not above the minimum 8" },
        { "{field: method.lora.alpha, range: {minimum: \"0\", maximum: \"4\"}}",
            "13:51: error: spec.parameters[0].range.minimum: 0 is out of bounds; 1 to 65536 are allowed" },
        { "{field: training.weightDecay, range: {minimum: \"0\", maximum: \"1\", scale: log}}",
            "13:54: error: spec.parameters[0].range.minimum: a logarithmic range starts above zero" },
    };

    [Theory]
    [MemberData(nameof(Parameters))]
    public void A_searched_field_and_its_values_are_checked_against_the_template(string parameter, string? expected)
    {
        var diagnostics = Diagnose($"{Sweep}\n    - {parameter}");

        if (expected is null)
        {
            Assert.Empty(diagnostics);
        }
        else
        {
            Assert.StartsWith("sweep.yaml:" + expected, Assert.Single(diagnostics), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_field_is_searched_once()
    {
        var diagnostics = Diagnose(
            $"{Sweep}\n    - {{field: method.lora.rank, values: [\"4\"]}}\n    - {{field: method.lora.rank, values: [\"8\"]}}");

        Assert.StartsWith(
            "sweep.yaml:14:15: error: spec.parameters[1].field: another item has the field \"method.lora.rank\" already",
            Assert.Single(diagnostics),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_grid_needs_values()
    {
        var diagnostics = Diagnose(Specs.With(
            $"{Sweep}\n    - {{field: method.lora.rank, range: {{minimum: \"1\", maximum: \"8\"}}}}", "objective: {}",
            "objective: {}\n  algorithm: grid"));

        Assert.Contains("a grid has no steps in a range", Assert.Single(diagnostics), StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_is_checked_as_a_run_is()
    {
        var sweep = Specs.With($"{Sweep}\n    - {{field: method.lora.rank, values: [\"4\"]}}", "training: {maxSteps: 100}",
            "training: {maxSteps: 100, warmupSteps: 200}");

        Assert.StartsWith(
            "sweep.yaml:10:46: warning: spec.template.adapterTrainingRun.training.warmupSteps: the learning rate still rises",
            Assert.Single(Diagnose(sweep)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_sweep_is_noted_as_one_that_nothing_carries_out()
    {
        var set = SpecSet.Load([new SpecFile("sweep.yaml", $"{Sweep}\n    - {{field: method.lora.rank, values: [\"4\"]}}")]);

        Assert.Equal(
            "sweep.yaml:2:7: note: kind: nothing carries out an AdapterSweep yet: it is checked only; write its runs as documents of their "
            + "own [not-served]",
            Assert.Single(set.Diagnostics, found => found.Severity == Severity.Note).ToString());
    }

    private static List<string> Diagnose(string sweep)
    {
        var set = SpecSet.Load(
            [new SpecFile("sweep.yaml", sweep), new SpecFile("model.yaml", Specs.Model), new SpecFile("data.yaml", Specs.Dataset)]);
        // That no sweep is carried out yet is noted at each.
        return
        [
            .. set.Diagnostics.Where(found => found.Problem.Code != ProblemCodes.NotServed).Select(diagnostic => diagnostic.ToString()),
        ];
    }
}
