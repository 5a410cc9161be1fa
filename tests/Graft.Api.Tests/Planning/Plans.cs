using CsCheck;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Tests;
using k8s.Models;

namespace Graft.Api.Tests.Planning;

/// <summary>Resources and plans for tests, and generators of random ones.</summary>
internal static class Plans
{
    public const string ModelDigest = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    public const string DatasetDigest = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

    public static BaseModel Model => new()
    {
        Metadata = new V1ObjectMeta { Name = "tiny" },
        Spec = new BaseModelSpec { Source = new FileSource { Path = "model" }, License = new LicenseNotice { Spdx = "Apache-2.0" } },
    };

    public static TrainingDataset Dataset => new()
    {
        Metadata = new V1ObjectMeta { Name = "colors" },
        Spec = new TrainingDatasetSpec { Source = new FileSource { Path = "data" }, EvaluationFile = "eval.jsonl" },
    };

    public static AdapterTrainingRun Run(LoraSpec? lora = null, TrainingSpec? training = null)
    {
        var run = Resources.Run("quickstart", method: new MethodSpec { Lora = lora ?? new LoraSpec() });
        run.Spec.Data = new DataSpec { DatasetRef = new LocalReference { Name = "colors" } };
        run.Spec.Training = training;
        return run;
    }

    public static Recipe Resolve(AdapterTrainingRun run)
    {
        return RecipeResolver.Resolve(run, PinnedInputs.Of(Model, ModelDigest, Dataset, DatasetDigest));
    }

    /// <summary>Specs of LoRA that follow the schema.</summary>
    public static Gen<LoraSpec> Loras { get; } =
        from rank in Gen.Int[1, 1024]
        from alpha in Gen.Int[1, 65536]
        from dropout in Gen.Double[0, 0.99]
        from targets in OneOf("q_proj", "k_proj", "v_proj", "o_proj", "mlp.up_proj").List[0, 4]
        from dora in Gen.Bool
        from initialization in OneOf("default", "gaussian", "pissa", "olora")
        select new LoraSpec
        {
            Rank = rank,
            Alpha = alpha,
            Dropout = dropout,
            TargetModules = targets,
            Dora = dora,
            Initialization = initialization,
        };

    /// <summary>Training settings that follow the schema.</summary>
    public static Gen<TrainingSpec> Trainings { get; } =
        from steps in Optional(Gen.Int[1, 100_000])
        from batch in Gen.Int[1, 64]
        from rate in Gen.Double[1e-9, 10]
        from schedule in OneOf("cosine", "linear", "constant")
        from warmup in Optional(Gen.Int[0, 100])
        from seed in Gen.Int[0, int.MaxValue]
        select new TrainingSpec
        {
            MaxSteps = steps,
            BatchSize = batch,
            LearningRate = rate,
            Schedule = schedule,
            WarmupSteps = warmup,
            Seed = seed,
        };

    /// <summary>Runs whose specs follow the schema.</summary>
    public static Gen<AdapterTrainingRun> Runs { get; } = Gen.Select(Loras, Trainings, Run);

    private static Gen<T> OneOf<T>(params T[] values)
    {
        return Gen.Int[0, values.Length - 1].Select(index => values[index]);
    }

    private static Gen<T?> Optional<T>(Gen<T> values)
        where T : struct
    {
        return Gen.Select(Gen.Bool, values, (isSet, value) => isSet ? value : (T?)null);
    }
}
