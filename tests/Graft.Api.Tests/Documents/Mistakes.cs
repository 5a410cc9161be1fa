using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Xunit;

namespace Graft.Api.Tests.Documents;

/// <summary>
/// Mistakes in a run's spec: what is wrong, a text of <see cref="Specs.Run"/>, what stands in its place, and the diagnostic.
/// </summary>
internal static class Mistakes
{
    /// <summary>The methods, in the order that people are told of them.</summary>
    private static readonly string Methods =
        string.Join(", ", ResourceKind.For(typeof(AdapterTrainingRun)).SpecSchema.Field("method")!.Schema.ExactlyOneOf.Single());

    public static TheoryData<string, string, string, string> All => new()
    {
        {
            "a misspelt field",
            "rank: 8", "rnk: 8",
            "run.yaml:10:7: error: spec.method.lora.rnk: there is no field \"rnk\" here; did you mean \"rank\"? (allowed here: rank, alpha, "
            + "dropout, targetModules, targetPattern, excludeModules, rsLora, dora, initialization) [unknown-field]"
        },
        {
            "a field in snake case",
            "maxSteps: 100", "max_steps: 100",
            "run.yaml:15:5: error: spec.training.max_steps: there is no field \"max_steps\" here; did you mean \"maxSteps\"? (allowed here: "
            + "epochs, maxSteps, batchSize, gradientAccumulationSteps, learningRate, schedule, warmupSteps, warmupRatio, weightDecay, "
            + "adamBeta1, adamBeta2, adamEpsilon, maxGradientNorm, seed, precision) [unknown-field]"
        },
        {
            "a field in the wrong place",
            "maxSteps: 100", "packing: true",
            "run.yaml:15:5: error: spec.training.packing: there is no field \"packing\" here; did you mean spec.data.packing? (allowed here: "
            + "epochs, maxSteps, batchSize, gradientAccumulationSteps, learningRate, schedule, warmupSteps, warmupRatio, weightDecay, "
            + "adamBeta1, adamBeta2, adamEpsilon, maxGradientNorm, seed, precision) [unknown-field]"
        },
        {
            "PEFT's name of a field",
            "rank: 8", "r: 8",
            "run.yaml:10:7: error: spec.method.lora.r: there is no field \"r\" here; did you mean \"rank\"? (allowed here: rank, alpha, "
            + "dropout, targetModules, targetPattern, excludeModules, rsLora, dora, initialization) [unknown-field]"
        },
        {
            "a string for an integer",
            "rank: 8", "rank: 8x",
            "run.yaml:10:13: error: spec.method.lora.rank: expected an integer, found the string \"8x\" [wrong-type]"
        },
        {
            "a quoted integer",
            "rank: 8", "rank: \"8\"",
            "run.yaml:10:13: error: spec.method.lora.rank: expected an integer, found the string \"8\"; write it without quotes: 8 [wrong-type]"
        },
        {
            "a bare decimal",
            "maxSteps: 100", "learningRate: 2e-4",
            "run.yaml:15:19: error: spec.training.learningRate: expected a string that holds a decimal number, found the number 2e-4; "
            + "write it in quotes: \"2e-4\" [wrong-type]"
        },
        {
            "a decimal that is none",
            "maxSteps: 100", "learningRate: \"fast\"",
            "run.yaml:15:19: error: spec.training.learningRate: \"fast\" has the wrong form; expected a decimal number such as \"0.1\" or "
            + "\"2e-4\" [bad-format]"
        },
        {
            "a decimal out of bounds",
            "maxSteps: 100", "learningRate: \"-1\"",
            "run.yaml:15:19: error: spec.training.learningRate: \"-1\" is out of bounds; must be above 0 and at most 10 [out-of-bounds]"
        },
        {
            "an integer out of bounds",
            "rank: 8", "rank: 0",
            "run.yaml:10:13: error: spec.method.lora.rank: 0 is out of bounds; 1 to 1024 are allowed [out-of-bounds]"
        },
        {
            "an integer beyond 64 bits",
            "rank: 8", "rank: 99999999999999999999",
            "run.yaml:10:13: error: spec.method.lora.rank: expected an integer, found the number 99999999999999999999 [wrong-type]"
        },
        {
            "a value that is not among the allowed ones",
            "maxSteps: 100", "schedule: cosin",
            "run.yaml:15:15: error: spec.training.schedule: \"cosin\" is not allowed; did you mean \"cosine\"? (allowed: cosine, linear, "
            + "constant) [not-allowed]"
        },
        {
            "a boolean for a string",
            "maxSteps: 100", "schedule: on",
            "run.yaml:15:15: error: spec.training.schedule: expected one of cosine, linear, constant, found the boolean on; write it in "
            + "quotes: \"on\" [wrong-type]"
        },
        {
            "a name in place of a reference",
            "datasetRef:\n      name: colors", "datasetRef: colors",
            "run.yaml:12:17: error: spec.data.datasetRef: expected a mapping with name, found the string \"colors\"; write {name: colors} "
            + "[wrong-type]"
        },
        {
            "a scalar for a list",
            "rank: 8", "targetModules: q_proj",
            "run.yaml:10:22: error: spec.method.lora.targetModules: expected a list, found the string \"q_proj\"; write it as a list: "
            + "[q_proj] [wrong-type]"
        },
        {
            "a missing field",
            "  baseModelRef:\n    name: tiny\n", "",
            "run.yaml:5:1: error: spec.baseModelRef: baseModelRef is missing; add it: a mapping with name [missing-field]"
        },
        {
            "two methods",
            "rank: 8", "rank: 8\n    full: {}",
            $"run.yaml:8:3: error: spec.method: exactly one of {Methods} must be set; lora and full are [exactly-one-of]"
        },
        {
            "a method without its braces",
            "lora:\n      rank: 8", "full:",
            $"run.yaml:8:3: error: spec.method: exactly one of {Methods} must be set; full has no value: write \"full: {{}}\" to choose it "
            + "without settings [exactly-one-of]"
        },
        {
            "two lengths of the training",
            "maxSteps: 100", "maxSteps: 100\n    epochs: \"2\"",
            "run.yaml:14:3: error: spec.training: at most one of epochs, maxSteps may be set; epochs and maxSteps are [at-most-one-of]"
        },
        {
            "a key twice",
            "rank: 8", "rank: 8\n      rank: 16",
            "run.yaml:11:7: error: the key \"rank\" is here twice; line 10 has it already; keep one [duplicate-key]"
        },
        {
            "an unknown kind",
            "kind: AdapterTrainingRun", "kind: AdaptorTrainingRun",
            "run.yaml:2:7: error: kind: there is no kind \"AdaptorTrainingRun\" in graft.dev/v1alpha1; did you mean \"AdapterTrainingRun\"? "
            + "(allowed: AdapterTrainingRun, BaseModel, TrainingDataset, ProjectionPretrain, AdapterSweep) [unknown-kind]"
        },
        {
            "an unknown version",
            "graft.dev/v1alpha1", "graft.dev/v1",
            "run.yaml:1:13: error: apiVersion: \"graft.dev/v1\" is not Graft's API; write apiVersion: graft.dev/v1alpha1; this release knows "
            + "no other version [unknown-version]"
        },
        {
            "no name",
            "metadata:\n  name: quickstart\n", "metadata: {}\n",
            "run.yaml:3:1: error: metadata.name: name is missing; add it: a string [missing-field]"
        },
        {
            "a name that Kubernetes does not allow",
            "name: quickstart", "name: Quick_Start",
            "run.yaml:4:9: error: metadata.name: \"Quick_Start\" has the wrong form; expected a resource's name: lower-case letters, digits, '-' and '.' "
            + "[bad-format]"
        },
        {
            "a bare boolean in a label",
            "name: quickstart", "name: quickstart\n  labels:\n    dev.example/fast: yes",
            "run.yaml:6:23: error: metadata.labels[\"dev.example/fast\"]: expected a string, found the boolean yes; write it in quotes: "
            + "\"yes\" [wrong-type]"
        },
        {
            "a reference to nothing",
            "name: colors", "name: colrs",
            "run.yaml:13:13: warning: spec.data.datasetRef.name: there is no TrainingDataset \"colrs\" in these files; did you mean "
            + "\"colors\"? [reference-not-found]"
        },
        {
            "a claim's name that Kubernetes does not allow",
            "maxSteps: 100", "maxSteps: 100\n  checkpoint:\n    claimName: Scratch",
            "run.yaml:17:16: error: spec.checkpoint.claimName: \"Scratch\" has the wrong form; expected a resource's name: lower-case "
            + "letters, digits, '-' and '.' [bad-format]"
        },
    };
}
