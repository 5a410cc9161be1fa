using Graft.Api.Methods;

namespace Graft.Api.Planning;

/// <summary>
/// Everything that a trainer reads: one document, the same in a pod, on a laptop and in a test.
/// The <see cref="Recipe"/> decides the result and is hashed; the <see cref="Execution"/> says where things are and is not.
/// </summary>
public sealed record RunPlan
{
    /// <summary>The version of this document's form. A trainer refuses one that it does not know.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    public required Recipe Recipe { get; init; }

    public required Execution Execution { get; init; }
}

/// <summary>What is computed, with every default resolved and every input named by its digest.</summary>
public sealed record Recipe
{
    /// <summary>The form of the recipes that are made now.</summary>
    public const int CurrentForm = 2;

    /// <summary>
    /// Which rules its hash follows; hashes of two forms are never compared. 1: every field counts. 2: texts that change nothing of
    /// what is computed (<see cref="NotHashedAttribute"/>) do not. A recipe without this field is of form 1.
    /// </summary>
    [HashedUnless(1)]
    public int Form { get; init; } = 1;

    /// <summary>The kind of the resource that it was made from.</summary>
    public required string Kind { get; init; }

    /// <summary>The graph of frozen parts; a language model named <c>base</c> in an AdapterTrainingRun.</summary>
    public required IReadOnlyList<PlanPart> Parts { get; init; }

    public required MethodSpec Method { get; init; }

    public required PlanData Data { get; init; }

    public required PlanTraining Training { get; init; }

    public required PlanEvaluation Evaluation { get; init; }

    /// <summary>The resource's <c>spec.rerun</c>: another value is another run.</summary>
    public string? Rerun { get; init; }
}

/// <summary>A frozen model in the graph of parts.</summary>
public sealed record PlanPart
{
    /// <summary>The key under which <see cref="Execution.Inputs"/> says where its files are.</summary>
    public required string Name { get; init; }

    /// <summary><c>languageModel</c>, later also <c>encoder</c> and <c>projector</c>.</summary>
    public required string Role { get; init; }

    /// <summary>The name of the BaseModel: what an adapter's configuration calls its base.</summary>
    [NotHashed]
    public required string Model { get; init; }

    public required string Format { get; init; }

    /// <summary>The digest of the model's files.</summary>
    public required string Digest { get; init; }

    /// <summary>Set where the weights are drawn at random from this seed instead of read.</summary>
    public int? RandomInitializationSeed { get; init; }

    [NotHashed]
    public string? License { get; init; }

    [NotHashed]
    public string? LicenseNotice { get; init; }
}

/// <summary>The records and how they become tokens.</summary>
public sealed record PlanData
{
    /// <summary>The name of the TrainingDataset.</summary>
    [NotHashed]
    public required string Dataset { get; init; }

    public required string Digest { get; init; }

    public required string Format { get; init; }

    public required string TrainFile { get; init; }

    public string? EvaluationFile { get; init; }

    public required string Template { get; init; }

    public required int MaxLength { get; init; }

    public required string OnTooLong { get; init; }

    public required string OnBadRecord { get; init; }

    public required bool Packing { get; init; }

    [NotHashed]
    public string? License { get; init; }

    [NotHashed]
    public string? LicenseNotice { get; init; }
}

/// <summary>The optimizer and its schedule.</summary>
public sealed record PlanTraining
{
    /// <summary>Set unless <see cref="MaxSteps"/> is.</summary>
    public double? Epochs { get; init; }

    public int? MaxSteps { get; init; }

    public required int BatchSize { get; init; }

    public required int GradientAccumulationSteps { get; init; }

    public required double LearningRate { get; init; }

    public required string Schedule { get; init; }

    /// <summary>Set unless <see cref="WarmupRatio"/> is.</summary>
    public int? WarmupSteps { get; init; }

    public double? WarmupRatio { get; init; }

    public required double WeightDecay { get; init; }

    public required double AdamBeta1 { get; init; }

    public required double AdamBeta2 { get; init; }

    public required double AdamEpsilon { get; init; }

    /// <summary>0 switches clipping off.</summary>
    public required double MaxGradientNorm { get; init; }

    public required int Seed { get; init; }

    public required string Precision { get; init; }
}

/// <summary>The comparison of base and adapted model.</summary>
public sealed record PlanEvaluation
{
    public required int EverySteps { get; init; }

    public int? MaxRecords { get; init; }

    public required int GenerateRecords { get; init; }

    public required int MaxNewTokens { get; init; }
}
