using Graft.Data.Batches;
using Graft.Models.Hooks;
using Graft.Models.Training;
using Graft.Trainer.Parts;

namespace Graft.Trainer.Training;

/// <summary>A part of a training step: a loss, and the parameters that move to lower it.</summary>
/// <param name="Name">The phase's name.</param>
/// <param name="Groups">The parameter groups that are updated; null for all.</param>
public sealed record ObjectivePhase(string Name, IReadOnlySet<string>? Groups = null)
{
    /// <summary>The only phase of an objective that has no others.</summary>
    public static ObjectivePhase Whole { get; } = new("all");
}

/// <summary>The training loss: from a batch to a sum over its labeled tokens. Another objective is another class.</summary>
public interface IObjective
{
    /// <summary>The phases of a step, in order; each parameter group is in one of them. The last one's loss is the run's.</summary>
    IReadOnlyList<ObjectivePhase> Phases => [ObjectivePhase.Whole];

    /// <summary>The loss of a batch, summed, with its graph where gradients are on; it belongs to the caller's dispose scope.</summary>
    /// <param name="parts">The frozen models, and what is trained.</param>
    /// <param name="batch">The samples.</param>
    /// <param name="hooks">How what is trained acts on the language model; null for the language model alone.</param>
    /// <param name="phase">Which of the step's losses.</param>
    LossSum Of(PartGraph parts, Batch batch, ModelHooks? hooks, ObjectivePhase phase);
}
