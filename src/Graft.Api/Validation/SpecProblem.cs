using Graft.Common;

namespace Graft.Api.Validation;

/// <summary>How bad a problem is.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing is wrong.</summary>
    Note,

    /// <summary>It runs, but probably not as meant.</summary>
    Warning,

    /// <summary>It does not run.</summary>
    Error,
}

/// <summary>Something that is wrong with a spec.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Path">Where it is in the resource.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do, or what is allowed; null where the message says it all.</param>
public sealed record SpecProblem(Severity Severity, string Code, FieldPath Path, string Message, string? Remedy = null)
{
    /// <summary>The problem in one line, without its severity and code.</summary>
    public override string ToString()
    {
        var text = Remedy is null ? Message : $"{Message}; {Remedy}";
        return Path == FieldPath.Root ? text : $"{Path}: {text}";
    }

    /// <summary>Stands for the problems that are too many to tell.</summary>
    internal static SpecProblem More(Severity severity, int count)
    {
        var thing = severity switch
        {
            Severity.Error => "error",
            Severity.Warning => "warning",
            _ => "note",
        };
        return new SpecProblem(
            severity,
            ProblemCodes.MoreProblems,
            FieldPath.Root,
            $"and {English.Count(count, "more " + thing)}",
            "mend the first ones, and check again");
    }

    internal static SpecProblem Impossible(FieldPath path, string message, string remedy)
    {
        return new SpecProblem(Severity.Error, ProblemCodes.ImpossibleCombination, path, message, remedy);
    }

    internal static SpecProblem LikelyMistake(FieldPath path, string message, string remedy)
    {
        return new SpecProblem(Severity.Warning, ProblemCodes.LikelyMistake, path, message, remedy);
    }
}
