using Graft.Common;
using Graft.Operator.Runtime;

namespace Graft.Operator.Pods;

/// <summary>
/// Names of what is created for a resource. They follow from the resource alone: two operators, or one that forgot, create the same
/// name, and the API server refuses the second.
/// </summary>
public static class ChildNames
{
    /// <summary>The longest name of a Job whose pods can carry it as a label.</summary>
    private const int LongestName = 63;
    private const int HashDigits = 8;

    /// <summary><c>NAME-SUFFIX</c>; of a long name the beginning and a hash of the whole.</summary>
    public static string For(string name, string suffix)
    {
        var room = LongestName - suffix.Length - 1;
        return $"{Shorten(name, room)}-{suffix}";
    }

    /// <summary>The name as a label's value.</summary>
    public static string Label(string name)
    {
        return Shorten(name, LongestName);
    }

    /// <summary>The first eight hex digits of a text's SHA-256.</summary>
    public static string Hash(string text)
    {
        return Sha256Text.Of(text)[..HashDigits];
    }

    private static string Shorten(string name, int room)
    {
        // Dots are allowed in a resource's name but not in the names that a Job gives its pods' host names.
        var plain = name.Replace('.', '-');
        if (plain == name && name.Length <= room)
        {
            return name;
        }

        var kept = plain[..Math.Min(plain.Length, room - HashDigits - 1)].TrimEnd('-');
        return $"{kept}-{Hash(name)}";
    }
}

/// <summary>Labels of what the operator creates.</summary>
public static class ChildLabels
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Operator = "graft-operator";

    /// <summary>The name of the resource that something is created for.</summary>
    public const string Instance = "app.kubernetes.io/instance";

    /// <summary>What the operator's caches hold: what it has created itself.</summary>
    public const string Selector = $"{ManagedBy}={Operator}";

    /// <summary>The labels of a child.</summary>
    /// <param name="resource">The name of the resource that it is created for.</param>
    /// <param name="role">What it does: <see cref="Train"/>, <see cref="Publish"/>, <see cref="Deliver"/> or <see cref="Inspect"/>.</param>
    public static Dictionary<string, string> Of(string resource, string role)
    {
        return new Dictionary<string, string>
        {
            ["app.kubernetes.io/name"] = "graft-trainer",
            [Instance] = ChildNames.Label(resource),
            ["app.kubernetes.io/component"] = role,
            ["app.kubernetes.io/part-of"] = "graft",
            ["app.kubernetes.io/version"] = ThisAssembly.Version,
            [ManagedBy] = Operator,
            [Api.V1Alpha1.GraftApi.RoleLabel] = role,
        };
    }

    public const string Train = "train";

    /// <summary>Publishes again what a run has published.</summary>
    public const string Publish = "publish";

    /// <summary>Delivers to MLflow what it had not taken of an ended run's record.</summary>
    public const string Deliver = "deliver";

    public const string Inspect = "inspect";
}
