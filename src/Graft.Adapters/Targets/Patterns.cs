using Graft.Api.Methods;

namespace Graft.Adapters.Targets;

/// <summary>Regular expressions over names of modules, whose faults are told with what they are for.</summary>
internal static class Patterns
{
    /// <summary>An expression that whole names must match; null for null.</summary>
    /// <exception cref="AdapterException">It is no such expression.</exception>
    public static TargetPattern? Whole(string? pattern, string what) =>
        pattern is null ? null : Made(() => TargetPattern.Whole(pattern), pattern, what);

    /// <summary>An expression that names must end with.</summary>
    /// <exception cref="AdapterException">It is no such expression.</exception>
    public static TargetPattern EndOf(string pattern, string what) => Made(() => TargetPattern.EndOf(pattern), pattern, what);

    /// <summary>Whether a name matches.</summary>
    /// <exception cref="AdapterException">It takes too long.</exception>
    public static bool IsMatch(TargetPattern pattern, string name, string what)
    {
        try
        {
            return pattern.IsMatch(name);
        }
        catch (FormatException error)
        {
            throw new AdapterException($"the {what} {error.Message}", error);
        }
    }

    private static TargetPattern Made(Func<TargetPattern> make, string pattern, string what)
    {
        try
        {
            return make();
        }
        catch (FormatException error)
        {
            throw new AdapterException($"the {what} '{pattern}' {error.Message}", error);
        }
    }
}
