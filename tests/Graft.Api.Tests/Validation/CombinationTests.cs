using Graft.Api.Documents;
using Graft.Api.Validation;
using Xunit;

namespace Graft.Api.Tests.Validation;

public sealed class CombinationTests
{
    private const string RandomModel = "\n  randomInitialization: {}";

    /// <summary>The place and the first words of each problem that a changed set gives.</summary>
    public static TheoryData<string, string, string, string, string> Combinations => new()
    {
        {
            "packing of instructions", Specs.With(Specs.Run, "    datasetRef", "    packing: true\n    datasetRef"),
            Specs.Model, Specs.Dataset, "run.yaml:12:14: error: spec.data.packing: packing joins texts end to end"
        },
        {
            "the last answer of texts", Specs.With(Specs.Run, "    datasetRef", "    trainOn: lastAnswer\n    datasetRef"),
            Specs.Model, Specs.Dataset + "\n  format: text",
            "run.yaml:12:14: error: spec.data.trainOn: records of the format text, which \"colors\" has, are trained on as a whole"
        },
        {
            "generation without held-out records", Specs.Run + "\n  evaluation:\n    generateRecords: 10",
            Specs.Model, Specs.With(Specs.Dataset, "evaluationFile: eval.jsonl", "format: instruction"),
            "run.yaml:17:22: error: spec.evaluation.generateRecords: there is nothing to evaluate on: \"colors\" has no evaluationFile"
        },
        {
            "evaluation on the way without held-out records", Specs.Run + "\n  evaluation:\n    everySteps: 10",
            Specs.Model, Specs.With(Specs.Dataset, "evaluationFile: eval.jsonl", "format: instruction"),
            "run.yaml:17:17: error: spec.evaluation.everySteps: there is nothing to evaluate on"
        },
        {
            "generated answers to texts", Specs.Run + "\n  evaluation:\n    generateRecords: 10",
            Specs.Model, Specs.Dataset + "\n  format: text",
            "run.yaml:17:22: error: spec.evaluation.generateRecords: records of the format text have no answer"
        },
        {
            "a plain template for messages", Specs.With(Specs.Run, "    datasetRef", "    template: plain\n    datasetRef"),
            Specs.Model, Specs.Dataset + "\n  format: messages",
            "run.yaml:12:15: error: spec.data.template: the template plain cannot render records of the format messages, which \"colors\" has; choose chatml or alpaca"
        },
        {
            "chatml for texts", Specs.With(Specs.Run, "    datasetRef", "    template: chatml\n    datasetRef"),
            Specs.Model, Specs.Dataset + "\n  format: text",
            "run.yaml:12:15: error: spec.data.template: the template chatml cannot render records of the format text"
        },
        {
            "full training in half precision", Specs.With(Specs.Run, "lora:\n      rank: 8", "full: {}") + "\n    precision: bfloat16",
            Specs.Model, Specs.Dataset, "run.yaml:15:16: error: spec.training.precision: the method full trains the weights themselves"
        },
        {
            "pissa with dora", Specs.With(Specs.Run, "lora:\n      rank: 8", "lora: {dora: true, initialization: pissa}"),
            Specs.Model, Specs.Dataset, "run.yaml:9:40: error: spec.method.lora.initialization: pissa cannot be combined with dora"
        },
        {
            "an adapter on random weights", Specs.Run, Specs.Model + RandomModel, Specs.Dataset,
            "run.yaml:9:5: error: spec.method.lora: the base model \"tiny\" has random weights"
        },
        {
            "a prompt from a text that is not there",
            Specs.With(Specs.Run, "lora:\n      rank: 8", "promptTuning: {initialization: text}"), Specs.Model, Specs.Dataset,
            "run.yaml:9:36: error: spec.method.promptTuning.initialization: there is no text to begin from"
        },
        {
            "a text that nothing begins from", Specs.With(Specs.Run, "lora:\n      rank: 8", "promptTuning: {text: Answer}"),
            Specs.Model, Specs.Dataset,
            "run.yaml:9:26: error: spec.method.promptTuning.text: initialization vocabulary begins from no text"
        },
        {
            "the size of no projection", Specs.With(Specs.Run, "lora:\n      rank: 8", "prefixTuning: {projectionSize: 8}"),
            Specs.Model, Specs.Dataset,
            "run.yaml:9:36: error: spec.method.prefixTuning.projectionSize: there is no projection whose size it could be"
        },
        {
            "all-linear beside a name", Specs.With(Specs.Run, "rank: 8", "targetModules: [all-linear, q_proj]"), Specs.Model, Specs.Dataset,
            "run.yaml:10:7: error: spec.method.lora.targetModules: all-linear stands beside other names"
        },
        {
            "a pattern that is no expression", Specs.With(Specs.Run, "rank: 8", "targetPattern: '*_proj'"), Specs.Model, Specs.Dataset,
            "run.yaml:10:22: error: spec.method.lora.targetPattern: this is not a regular expression"
        },
        {
            "a warm-up as long as the training", Specs.Run + "\n    warmupSteps: 100", Specs.Model, Specs.Dataset,
            "run.yaml:16:18: warning: spec.training.warmupSteps: the learning rate still rises when the training ends"
        },
        {
            "a run's name that cannot name an artifact", Specs.With(Specs.Run, "name: quickstart", "name: quick--start"), Specs.Model,
            Specs.Dataset,
            "run.yaml:5:1: error: spec.publish.name: the run's name \"quick--start\" cannot name an artifact"
        },
        {
            "a toleration of existence with a value",
            Specs.Run + "\n  pod:\n    tolerations:\n      - {key: gpu, operator: Exists, value: x}", Specs.Model, Specs.Dataset,
            "run.yaml:18:45: error: spec.pod.tolerations[0].value: the operator Exists compares no value"
        },
        {
            "evaluation on the training records", Specs.Run, Specs.Model, Specs.With(Specs.Dataset, "eval.jsonl", "train.jsonl"),
            "data.yaml:8:19: warning: spec.evaluationFile: the records of \"train.jsonl\" are trained on and evaluated on"
        },
        {
            "a moving reference", Specs.Run, Specs.With(
                Specs.Model, "builtin:\n      name: tiny-llama", "oci:\n      reference: localhost:5000/models/tiny"), Specs.Dataset,
            "model.yaml:8:18: warning: spec.source.oci.reference: \"localhost:5000/models/tiny\" has no tag and no digest"
        },
    };

    [Theory]
    [MemberData(nameof(Combinations))]
    public void What_cannot_work_together_is_said(string combination, string run, string model, string dataset, string expected)
    {
        var diagnostics = Specs.Diagnose(run, model, dataset);

        Assert.True(diagnostics.Count == 1 && diagnostics[0].StartsWith(expected, StringComparison.Ordinal),
            $"{combination}:\n{string.Join('\n', diagnostics)}\nexpected:\n{expected}");
    }

    [Fact]
    public void A_full_run_on_random_weights_is_fine()
    {
        Assert.Empty(Specs.Diagnose(Specs.With(Specs.Run, "lora:\n      rank: 8", "full: {}"), Specs.Model + RandomModel));
    }

    [Fact]
    public void A_typed_run_is_told_the_same_as_its_file()
    {
        var text = Specs.With(Specs.Run, "maxSteps: 100", "warmupSteps: 100\n    maxSteps: 100");
        var set = SpecSet.Load(
            [new SpecFile("run.yaml", text), new SpecFile("model.yaml", Specs.Model), new SpecFile("data.yaml", Specs.Dataset)]);
        var run = set.All<Graft.Api.V1Alpha1.AdapterTrainingRun>().Single().Resource;

        Assert.Equal(set.Diagnostics.Select(found => found.Problem), SpecValidator.Validate(run));
    }

    [Fact]
    public void A_typed_run_is_checked_against_its_schema_first()
    {
        var run = Planning.Plans.Run(new() { Rank = 0, Dropout = new("much") });

        Assert.Equal(
            [
                "spec.method.lora.rank: 0 is out of bounds; 1 to 1024 are allowed",
                "spec.method.lora.dropout: \"much\" has the wrong form; expected a decimal number such as \"0.1\" or \"2e-4\"",
            ],
            SpecValidator.Validate(run).Select(problem => problem.ToString()));
    }
}
