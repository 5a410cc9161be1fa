using System.Globalization;

namespace Graft.Operator.Runtime;

/// <summary>The versions that the API server gives to objects: they grow with each write to its store, whatever the object.</summary>
public static class ResourceVersion
{
    /// <summary>Whether one version is another or a later one; versions that are no numbers are taken to be.</summary>
    public static bool IsAtLeast(string version, string other)
    {
        return !ulong.TryParse(version, CultureInfo.InvariantCulture, out var one)
            || !ulong.TryParse(other, CultureInfo.InvariantCulture, out var two)
            || one >= two;
    }

    /// <summary>Whether one version is certainly later than another.</summary>
    public static bool IsAfter(string version, string other)
    {
        return ulong.TryParse(version, CultureInfo.InvariantCulture, out var one)
            && ulong.TryParse(other, CultureInfo.InvariantCulture, out var two)
            && one > two;
    }
}
