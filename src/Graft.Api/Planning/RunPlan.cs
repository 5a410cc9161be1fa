using System.Text.Json.Serialization;
using Graft.Api.Methods;
using Graft.Api.V1Alpha1;

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
    public const int CurrentForm = 3;

    /// <summary>The name that an adapter of form 1 or 2 has as a part.</summary>
    public const string AdapterPartName = "adapter";

    /// <summary>
    /// Which rules its hash follows; hashes of two forms are never compared. 1: every field counts. 2: texts that change nothing of
    /// what is computed (<see cref="NotHashedAttribute"/>) do not. 3: what is trained is a part like any other. A recipe without this
    /// field is of form 1.
    /// </summary>
    [HashedUnless(1)]
    public int Form { get; init; } = 1;

    /// <summary>The kind of the resource that it was made from.</summary>
    public required string Kind { get; init; }

    /// <summary>The parts as this form has them; <see cref="Graph"/> is the same for all forms.</summary>
    public required IReadOnlyList<PlanPart> Parts { get; init; }

    /// <summary>The method of the adapter on the base in forms 1 and 2, which had only that one trained part; null since.</summary>
    public MethodSpec? Method { get; init; }

    /// <summary>The graph of parts: frozen models, and what is trained on and between them.</summary>
    [JsonIgnore]
    public IReadOnlyList<PlanPart> Graph => Method is null
        ? Parts
        : [.. Parts, new AdapterPart { Name = AdapterPartName, On = RecipeResolver.BasePart, Method = Method }];

    /// <summary>The language model; every run has one.</summary>
    /// <exception cref="PlanFormatException">The plan has none, or several.</exception>
    [JsonIgnore]
    public LanguageModelPart LanguageModel => Graph.OfType<LanguageModelPart>().ToList() is [var one]
        ? one
        : throw new PlanFormatException($"recipe.parts: a run has one languageModel, this plan has {Graph.OfType<LanguageModelPart>().Count()}.");

    /// <summary>What is trained, in the order of the plan.</summary>
    [JsonIgnore]
    public IEnumerable<TrainedPart> Trained => Graph.OfType<TrainedPart>();

    public required PlanData Data { get; init; }

    public required TrainingSpec Training { get; init; }

    public required EvaluationSpec Evaluation { get; init; }

    /// <summary>The resource's <c>spec.rerun</c>: another value is another run.</summary>
    public string? Rerun { get; init; }

    /// <summary>The same recipe in another form; null where that form cannot say it.</summary>
    public Recipe? InForm(int form)
    {
        if (form >= 3)
        {
            return this with { Form = form, Parts = Graph, Method = null };
        }

        return Trained.ToList() is [AdapterPart { Name: AdapterPartName, On: RecipeResolver.BasePart, Digest: null } only]
            ? this with
            {
                Form = form,
                Parts = [.. Graph.Where(part => part != only).Select(part => InForm(part, form))],
                Method = only.Method,
            }
            : null;
    }

    private static PlanPart InForm(PlanPart part, int form) => form == 1 && part is ModelPart model ? model.InFirstForm() : part;
}

/// <summary>The records and how they become tokens.</summary>
public sealed record PlanData
{
    /// <summary>What releases did before it could be chosen which answers are trained.</summary>
    public const string AllAnswers = "allAnswers";

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

    /// <summary>Which answers of a conversation are trained.</summary>
    [HashedUnless(AllAnswers)]
    public string TrainOn { get; init; } = AllAnswers;

    [NotHashed]
    public string? License { get; init; }

    [NotHashed]
    public string? LicenseNotice { get; init; }
}
