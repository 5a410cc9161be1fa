namespace Graft.Adapters.Targets;

/// <summary>Names in error messages.</summary>
internal static class NameList
{
    /// <summary>The first names and how many more there are.</summary>
    public static string Of(IReadOnlyCollection<string> names, int show = 12) => names.Count switch
    {
        0 => "none",
        _ when names.Count <= show => string.Join(", ", names),
        _ => $"{string.Join(", ", names.Take(show))} and {names.Count - show} more",
    };
}
