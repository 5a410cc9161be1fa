using Graft.Api.Planning;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Operator.Policy;
using Graft.Operator.Status;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>A run whose spec is valid and whose inputs are ready: its recipe and what is created for it.</summary>
/// <param name="PlanHash">What names it.</param>
/// <param name="Form">The form of the recipe that the hash was computed in.</param>
/// <param name="Settings">How it is to be carried out.</param>
/// <param name="Children">The plan and the Job.</param>
public sealed record ResolvedRun(string PlanHash, int Form, RunSettings Settings, RunChildren Children)
{
    /// <summary>What publishes the artifact that the run has at the place that it names now; null where it has none yet.</summary>
    public Publication? Publication { get; init; }

    /// <summary>
    /// What delivers to MLflow what it had not taken of the record when the run ended; null where nothing could: without a server, and
    /// without a volume that outlives the run's pods.
    /// </summary>
    public V1Job? Delivery { get; init; }
}

/// <summary>What publishes an artifact that a run has at another place.</summary>
/// <param name="Children">The plan and the Job.</param>
/// <param name="Place">The repository and the name there, for people.</param>
public sealed record Publication(RunChildren Children, string Place);

/// <summary>Why a run cannot be planned.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Blocker">What stands in the way.</param>
public sealed record Unresolved(string Reason, string Message, Blocker Blocker);

/// <summary>What keeps a run from being planned, and with that who can help.</summary>
public enum Blocker
{
    /// <summary>The run itself, or the installation: nothing changes until somebody changes it.</summary>
    Spec,

    /// <summary>An input that is not there: it may be applied a moment later, or never.</summary>
    MissingInput,

    /// <summary>An input that is there and not ready yet.</summary>
    UnreadyInput,

    /// <summary>This release of the operator, which does not know what a later one has planned.</summary>
    Release,
}

/// <summary>Resolves a run: validation, references, recipe, hash, children.</summary>
public static class RunResolver
{
    /// <summary>Resolves a run, or says what is in the way.</summary>
    public static (ResolvedRun? Run, Unresolved? Why) Resolve(RunObservation observed, OperatorOptions options, string? reportCa)
    {
        var run = observed.Run;
        var alone = Errors(SpecValidator.Validate(run));
        if (alone is not null)
        {
            return (null, new Unresolved(Reasons.InvalidSpec, alone, Blocker.Spec));
        }

        if (InstallationPolicy.Of(options).Check(PodDemand.Of(WithDefaults(run))) is { Count: > 0 } refused)
        {
            return (null, new Unresolved(Reasons.NotAllowed, string.Join("\n", refused), Blocker.Spec));
        }

        if (RunExecution.Repository(run, options) is null)
        {
            return (null, new Unresolved(
                Reasons.ArtifactStoreNotConfigured,
                "There is nowhere to publish to: set spec.publish.repository, or the chart's value artifacts.registry.",
                Blocker.Spec));
        }

        if (InputProblem(observed) is { } input)
        {
            return (null, input);
        }

        var together = Errors(SpecValidator.Validate(run, observed.Inputs));
        return together is null
            ? (Plan(run, observed.Inputs, options, reportCa), null)
            : (null, new Unresolved(Reasons.InvalidSpec, together, Blocker.Spec));
    }

    private static ResolvedRun Plan(
        IRunResource run, IReadOnlyDictionary<string, IInputResource> inputs, OperatorOptions options, string? reportCa)
    {
        var recipe = RecipeResolver.Resolve(
            run, inputs.ToDictionary(input => input.Key, input => new PinnedInput(input.Value, input.Value.Status!.Digest!)));
        if (run.Status?.PlanHash is { } known && RecipeHash.As(recipe, PlanRecord.FormOf(run.Status), known) is { } same)
        {
            // What an earlier release planned, in other words: it keeps its hash, and with that its Job and its checkpoints.
            recipe = same;
        }

        var hash = RecipeHash.Of(recipe);
        var spec = WithDefaults(run);
        var sources = inputs.ToDictionary(input => input.Key, input => input.Value.Source!);
        var execution = RunExecution.For(run, spec, sources, hash, options);
        var settings = RunSettings.Of(run, sources, execution, options);
        var plan = new RunPlan { Recipe = recipe, Execution = execution.Plan };
        return new ResolvedRun(hash, recipe.Form, settings, RunChildren.For(run, spec, plan, hash, execution, settings, options, reportCa))
        {
            Publication = run.Status?.Artifact is { } artifact ? Publication(execution.ForPublishing(run, spec, artifact, options)) : null,
            Delivery = Delivery.IsDue(run) && execution.Plan.Tracking.Uri is not null
                ? RunChildren.ForDelivery(run, spec, hash, execution, options)
                : null,
        };

        Publication Publication(RunExecution publishing)
        {
            var publish = publishing.Plan.Publish;
            return new Publication(
                RunChildren.ForPublishing(run, spec, recipe, hash, publishing, settings, options), $"{publish.Repository}/{publish.Name}");
        }
    }

    /// <summary>The spec with its defaults, sections that were left out included.</summary>
    public static RunSpec WithDefaults(IRunResource run)
    {
        return RunKinds.Of(run).WithDefaults(run.Spec);
    }

    private static Unresolved? InputProblem(RunObservation observed)
    {
        var inputs = RunKinds.Of(observed.Run).Inputs(observed.Run.Spec);
        return inputs.Select(input => Missing(observed, input)).FirstOrDefault(why => why is not null)
            ?? inputs.Select(input => Unready(input, observed.Inputs[input.Name])).FirstOrDefault(why => why is not null);
    }

    private static Unresolved? Missing(RunObservation observed, RunInput input)
    {
        return observed.Inputs.ContainsKey(input.Name)
            ? null
            : new Unresolved(
                input.Kind.NotFound,
                $"There is no {input.Kind.Name} \"{input.Resource}\" in the namespace {observed.Run.Metadata.NamespaceProperty}.",
                Blocker.MissingInput);
    }

    private static Unresolved? Unready(RunInput input, IInputResource resource)
    {
        if (IsReady(resource))
        {
            return null;
        }

        var ready = resource.Status.Get(ConditionTypes.Ready);
        var why = ready is null ? "it has not been inspected yet" : $"{ready.Reason}: {ready.Message}";
        return new Unresolved(input.Kind.NotReady, $"The {input.Kind.Name} \"{input.Resource}\" is not ready: {why}", Blocker.UnreadyInput);
    }

    /// <summary>Whether an input has been inspected as it is now, and its files are there.</summary>
    internal static bool IsReady(IInputResource input)
    {
        return input.Status is { Digest: not null } status
            && status.ObservedGeneration == input.Metadata.Generation
            && status.Get(ConditionTypes.Ready)?.Status == ConditionSet.True;
    }

    private static string? Errors(IReadOnlyList<SpecProblem> problems)
    {
        var errors = problems.Where(problem => problem.Severity == Severity.Error).Select(problem => problem.ToString()).ToList();
        return errors.Count == 0 ? null : string.Join("\n", errors);
    }
}
