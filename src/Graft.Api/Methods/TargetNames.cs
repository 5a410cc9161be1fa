using Graft.Api.Validation;

namespace Graft.Api.Methods;

/// <summary>What methods have in common that choose layers by <c>targetModules</c> or <c>targetPattern</c>.</summary>
internal static class TargetNames
{
    private const string AllLinear = "all-linear";

    /// <summary>What is wrong with a choice of layers beyond what the schema says.</summary>
    /// <param name="at">Where the method's settings are.</param>
    /// <param name="modules">Its targetModules.</param>
    /// <param name="pattern">Its targetPattern.</param>
    public static IEnumerable<SpecProblem> Check(FieldPath at, List<string>? modules, string? pattern)
    {
        if (pattern is not null && TargetPattern.Fault(pattern) is { } fault)
        {
            yield return new SpecProblem(
                Severity.Error,
                ProblemCodes.BadFormat,
                at.Field("targetPattern"),
                $"this {fault}",
                "the whole name of a layer must match it, as in \".*\\.(q|v)_proj\"");
        }

        foreach (var (index, name) in (modules ?? []).Index())
        {
            if (name != AllLinear && IsAllLinear(name))
            {
                yield return new SpecProblem(
                    Severity.Error,
                    ProblemCodes.ReferenceNotFound,
                    at.Field("targetModules").Item(index),
                    $"no layer is called \"{name}\"",
                    $"did you mean {AllLinear}?");
            }
        }

        if (modules is { Count: > 1 } && modules.Contains(AllLinear))
        {
            yield return SpecProblem.Impossible(
                at.Field("targetModules"), $"{AllLinear} stands beside other names", $"write [{AllLinear}] alone, or name the layers");
        }
    }

    /// <summary>The layers that are chosen by name; null where none are, or all.</summary>
    public static IReadOnlyList<string>? Named(List<string>? modules)
    {
        return modules is { Count: > 0 } && !modules.Contains(AllLinear) ? modules : null;
    }

    /// <summary>Names of modules are a set: their order and repetition change nothing, so they must not change the hash.</summary>
    public static List<string>? Set(List<string>? names)
    {
        return names is { Count: > 0 } ? [.. names.Distinct().Order(StringComparer.Ordinal)] : null;
    }

    /// <summary>Whether a name is the word for all linear layers in another spelling.</summary>
    private static bool IsAllLinear(string name)
    {
        return string.Concat(name.Where(char.IsLetter)).Equals("alllinear", StringComparison.OrdinalIgnoreCase);
    }
}
