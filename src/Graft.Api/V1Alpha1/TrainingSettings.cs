using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Graft.Api.Data;
using Graft.Api.Planning;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>Which records are trained on, and how they become tokens.</summary>
public sealed record DataSpec
{
    /// <summary>The TrainingDataset.</summary>
    [Required]
    public LocalReference? DatasetRef { get; init; }

    /// <summary>
    /// How a record becomes text: <c>alpaca</c> (instruction, input and response under headings), <c>chatml</c>
    /// (turns between im_start and im_end marks) or <c>plain</c> (the text as it is). Without it: alpaca for instruction
    /// records, chatml for messages, plain for all others.
    /// </summary>
    [AllowedNames(typeof(TemplateNames))]
    public string? Template { get; init; }

    /// <summary>The longest sequence in tokens.</summary>
    [Range(8, 1048576)]
    public int MaxLength { get; init; } = 512;

    /// <summary>
    /// What a record longer than maxLength does: <c>error</c> stops the run, <c>skip</c> leaves it out, <c>truncate</c> cuts it, and leaves
    /// it out where its prompt alone fills maxLength, so that nothing of an answer is left to train on. What is cut and what is left out
    /// is told before the first step, and counted in the result. With <c>truncate</c>, a file of which more than half would be left out
    /// stops the run.
    /// </summary>
    [AllowedValues("error", "truncate", "skip")]
    public string OnTooLong { get; init; } = "truncate";

    /// <summary>
    /// What a record that cannot be read does: <c>error</c> stops the run with file, line and reason, <c>skip</c> leaves it out and
    /// counts it in the result.
    /// </summary>
    [AllowedValues("error", "skip")]
    public string OnBadRecord { get; init; } = "error";

    /// <summary>
    /// Which answers of a conversation are trained: <c>allAnswers</c> that the assistant gives, or the <c>lastAnswer</c>, with those before
    /// it as part of the prompt. An answer of <c>weight</c> 0 is trained in neither.
    /// </summary>
    [AllowedValues("allAnswers", "lastAnswer")]
    public string TrainOn { get; init; } = PlanData.AllAnswers;

    /// <summary>Join records end to end into sequences of maxLength tokens; for pre-training on text.</summary>
    public bool Packing { get; init; }
}

/// <summary>How the trained part is optimized.</summary>
[AtMostOneOf("epochs", "maxSteps")]
[AtMostOneOf("warmupSteps", "warmupRatio")]
public sealed record TrainingSpec
{
    private static readonly DecimalText UsualEpochs = 1;
    private static readonly DecimalText UsualWarmupRatio = 0.03;

    /// <summary>How often each record is seen; a decimal, such as <c>"1.5"</c>. One, if maxSteps is not given either.</summary>
    [DecimalString(Minimum = 0, ExclusiveMinimum = true, Maximum = 100000)]
    public DecimalText? Epochs { get; init; }

    /// <summary>The number of optimizer steps, in place of epochs.</summary>
    [Range(1, 100_000_000)]
    public int? MaxSteps { get; init; }

    /// <summary>The number of sequences in one forward pass.</summary>
    [Range(1, 65536)]
    public int BatchSize { get; init; } = 8;

    /// <summary>The number of forward passes whose gradients make one optimizer step, weighted by their labeled tokens.</summary>
    [Range(1, 65536)]
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>The highest learning rate; a decimal, such as <c>"2e-4"</c>.</summary>
    [DecimalString(Minimum = 0, ExclusiveMinimum = true, Maximum = 10)]
    public DecimalText LearningRate { get; init; } = new("2e-4");

    /// <summary>
    /// How the learning rate falls after the warm-up: <c>cosine</c> or <c>linear</c> to zero at the last step, or <c>constant</c>.
    /// </summary>
    [AllowedValues("cosine", "linear", "constant")]
    public string Schedule { get; init; } = "cosine";

    /// <summary>The number of steps in which the learning rate rises from zero.</summary>
    [Range(0, 100_000_000)]
    public int? WarmupSteps { get; init; }

    /// <summary>
    /// The share of all steps in which the learning rate rises from zero, in place of warmupSteps. 0.03 if neither is given.
    /// </summary>
    [DecimalString(Minimum = 0, Maximum = 1)]
    public DecimalText? WarmupRatio { get; init; }

    /// <summary>AdamW's decoupled weight decay.</summary>
    [DecimalString(Minimum = 0, Maximum = 10)]
    public DecimalText WeightDecay { get; init; }

    /// <summary>AdamW's decay of the first moment.</summary>
    [DecimalString(Minimum = 0, Maximum = 1, ExclusiveMaximum = true)]
    public DecimalText AdamBeta1 { get; init; } = new("0.9");

    /// <summary>AdamW's decay of the second moment.</summary>
    [DecimalString(Minimum = 0, Maximum = 1, ExclusiveMaximum = true)]
    public DecimalText AdamBeta2 { get; init; } = new("0.999");

    /// <summary>AdamW's epsilon.</summary>
    [DecimalString(Minimum = 0, ExclusiveMinimum = true, Maximum = 1)]
    public DecimalText AdamEpsilon { get; init; } = new("1e-8");

    /// <summary>The norm to which the gradient is clipped; <c>"0"</c> switches clipping off.</summary>
    [DecimalString(Minimum = 0, Maximum = 1000000)]
    public DecimalText MaxGradientNorm { get; init; } = new("1");

    /// <summary>The seed of everything random: initial weights, order of records, dropout.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 42;

    /// <summary>The type of the frozen weights in memory; the trained part is always float32.</summary>
    [AllowedValues("float32", "bfloat16", "float16")]
    public string Precision { get; init; } = "float32";

    /// <summary>
    /// The same settings in the one form that recipes are hashed in: of steps and epochs, and of steps and ratio of the warm-up, the one
    /// that counts.
    /// </summary>
    public TrainingSpec Normalized()
    {
        return this with
        {
            Epochs = MaxSteps is null ? Epochs ?? UsualEpochs : null,
            WarmupRatio = WarmupSteps is null ? WarmupRatio ?? UsualWarmupRatio : null,
        };
    }
}

/// <summary>How base and adapted model are compared on the held-out records.</summary>
public sealed record EvaluationSpec
{
    /// <summary>Evaluate every so many steps too, not at the end only. 0: at the end only.</summary>
    [Range(0, 100_000_000)]
    public int EverySteps { get; init; }

    /// <summary>The largest number of held-out records whose loss is measured; all of them without it.</summary>
    [Range(1, 100_000_000)]
    public int? MaxRecords { get; init; }

    /// <summary>
    /// The number of held-out records whose answer is generated and compared with the expected one, word for word. 0: none.
    /// </summary>
    [Range(0, 1_000_000)]
    public int GenerateRecords { get; init; }

    /// <summary>The longest generated answer in tokens.</summary>
    [Range(1, 65536)]
    public int MaxNewTokens { get; init; } = 64;
}

/// <summary>From where a stopped run goes on.</summary>
public sealed class CheckpointSpec
{
    /// <summary>Save every so many steps; also on SIGTERM. 0: on SIGTERM only.</summary>
    [Range(0, 100_000_000)]
    [DefaultValue(100)]
    public int? EverySteps { get; set; }

    /// <summary>The PersistentVolumeClaim that keeps checkpoints; without it they live and die with the pod.</summary>
    [Length(1, 253)]
    [RegularExpression(LocalReference.NamePattern, ErrorMessage = LocalReference.NameMeaning)]
    public string? ClaimName { get; set; }
}

/// <summary>Where the run is recorded in MLflow.</summary>
public sealed class TrackingSpec
{
    /// <summary>The MLflow experiment; the namespace's name without it.</summary>
    [Length(1, 500)]
    public string? Experiment { get; set; }

    /// <summary>MLflow's tracking URI, in place of the installation's.</summary>
    [Length(1, 1024)]
    [RegularExpression("^https?://.+$", ErrorMessage = "an http:// or https:// address")]
    public string? Uri { get; set; }
}

/// <summary>Where the trained part is published.</summary>
public sealed class PublishSpec
{
    /// <summary>The artifact's name; the run's name without it. Runs that share it make versions of one artifact.</summary>
    [Length(1, 128)]
    [RegularExpression(
        "^[a-z0-9]+([._-][a-z0-9]+)*$", ErrorMessage = "lower-case letters and digits, with single '.', '_' or '-' between them")]
    public string? Name { get; set; }

    /// <summary>
    /// The repository that artifacts are pushed below, such as <c>registry.example/adapters</c>, in place of the installation's.
    /// </summary>
    [Length(1, 512)]
    [RegularExpression("^[a-zA-Z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$", ErrorMessage = "REGISTRY/REPOSITORY without a tag")]
    public string? Repository { get; set; }

    /// <summary>
    /// Speak HTTP without TLS to the repository's registry; for registries inside the cluster. Without it as the installation does, where
    /// the registry is the installation's.
    /// </summary>
    public bool? PlainHttp { get; set; }

    /// <summary>
    /// A Secret of type <c>kubernetes.io/dockerconfigjson</c> in the same namespace with the registry's credentials. To publish again, at
    /// another place, what is in a registry that is not the installation's, it holds the credentials of both.
    /// </summary>
    public LocalReference? PushSecretRef { get; set; }

    /// <summary>
    /// Where the files lie in the image: <c>root</c> (PEFT, vLLM), <c>data</c> (KAITO) or <c>models</c> (KServe).
    /// </summary>
    [AllowedValues("root", "data", "models")]
    [DefaultValue("root")]
    public string? Layout { get; set; }
}
