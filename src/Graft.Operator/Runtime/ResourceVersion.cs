using System.Globalization;

namespace Graft.Operator.Runtime;

/// <summary>The versions that the API server gives to objects: they grow with each write to its store, whatever the object.</summary>
public static class ResourceVersion
{
    /// <summary>Whether one version is certainly later than another; of versions that are no numbers none is.</summary>
    public static bool IsAfter(string version, string other)
    {
        return ulong.TryParse(version, CultureInfo.InvariantCulture, out var one)
            && ulong.TryParse(other, CultureInfo.InvariantCulture, out var two)
            && one > two;
    }
}
