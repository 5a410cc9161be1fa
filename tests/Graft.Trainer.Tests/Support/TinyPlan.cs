using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Artifacts;

namespace Graft.Trainer.Tests.Support;

/// <summary>Plans for a <see cref="TinyWorld"/>.</summary>
internal static class TinyPlan
{
    public static RunPlan For(TinyWorld world, string output) => new()
    {
        Recipe = new Recipe
        {
            Kind = "AdapterTrainingRun",
            Parts =
            [
                new LanguageModelPart
                {
                    Name = "base",
                    Model = "tiny",
                    Format = "huggingFace",
                    Digest = FolderDigest.Compute(world.Model),
                },
            ],
            Method = Lora(dropout: 0.1),
            Data = new PlanData
            {
                Dataset = "sounds",
                Digest = FolderDigest.Compute(world.Data),
                Format = "instruction",
                TrainFile = "train.jsonl",
                EvaluationFile = "heldout.jsonl",
                Template = "plain",
                MaxLength = 64,
                OnTooLong = "error",
                OnBadRecord = "error",
                Packing = false,
            },
            Training = Training,
            Evaluation = new EvaluationSpec { EverySteps = 0, GenerateRecords = 0, MaxNewTokens = 8 },
        },
        Execution = new Execution
        {
            Run = new RunIdentity { Namespace = "default", Name = "tiny", Uid = "0000-" + output },
            Inputs = new Dictionary<string, PlanInput>
            {
                ["base"] = new() { Path = world.Model },
                [Execution.DatasetInput] = new() { Path = world.Data },
            },
            OutputDirectory = world.Folder(output),
            CheckpointDirectory = world.Folder(output + "-checkpoints"),
            CheckpointEverySteps = 5,
            Tracking = new PlanTracking
            {
                Experiment = "tests",
                RunName = "tiny",
                Directory = world.Folder("mlruns"),
                SpoolDirectory = world.Folder(output + "-spool"),
            },
            Publish = new PlanPublish { Name = "tiny-sounds", Directory = world.Folder("oci") },
            Device = "cpu",
            Threads = 1,
            TerminationMessagePath = world.Folder(output + "-termination"),
        },
    };

    public static TrainingSpec Training => new()
    {
        MaxSteps = 12,
        BatchSize = 4,
        GradientAccumulationSteps = 2,
        LearningRate = 5e-3,
        Schedule = "cosine",
        WarmupSteps = 2,
        WeightDecay = 0.01,
        AdamBeta1 = 0.9,
        AdamBeta2 = 0.999,
        AdamEpsilon = 1e-8,
        MaxGradientNorm = 1,
        Seed = 11,
        Precision = "float32",
    };

    public static MethodSpec Lora(double dropout = 0) => new()
    {
        Lora = new LoraSpec
        {
            Rank = 4,
            Alpha = 8,
            Dropout = dropout,
            TargetModules = ["all-linear"],
            RsLora = false,
            Dora = false,
            Initialization = "default",
        },
    };

    public static RunPlan With(this RunPlan plan, TrainingSpec training) => plan with { Recipe = plan.Recipe with { Training = training } };
}
