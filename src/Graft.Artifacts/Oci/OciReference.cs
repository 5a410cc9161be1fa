using System.Text.RegularExpressions;

namespace Graft.Artifacts.Oci;

/// <summary>
/// Names an artifact: <c>REGISTRY/REPOSITORY[:TAG][@DIGEST]</c> (an <c>oci://</c> before it is allowed), or
/// <c>oci:FOLDER[:TAG][@DIGEST]</c> for a layout folder on disk.
/// </summary>
/// <param name="Registry">Host and port, or null for a layout folder.</param>
/// <param name="Repository">Repository within the registry, or the folder.</param>
/// <param name="Tag">The tag, if one is given.</param>
/// <param name="Digest">The digest, if one is given. It wins over the tag.</param>
public sealed partial record OciReference(string? Registry, string Repository, string? Tag, string? Digest)
{
    /// <summary>Reads a reference.</summary>
    /// <param name="text">The reference.</param>
    /// <param name="shown">What of it is shown where it is none; all of it if null.</param>
    /// <exception cref="ArtifactException">The text is no reference.</exception>
    public static OciReference Parse(string text, string? shown = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        shown ??= text;
        var rest = text.StartsWith("oci://", StringComparison.Ordinal) ? text["oci://".Length..] : text;
        var isLayout = rest.StartsWith("oci:", StringComparison.Ordinal);
        rest = isLayout ? rest["oci:".Length..] : rest;

        string? digest = null;
        var at = rest.LastIndexOf('@');
        if (at >= 0 && OciDigest.IsValid(rest[(at + 1)..]))
        {
            (rest, digest) = (rest[..at], rest[(at + 1)..]);
        }

        string? tag = null;
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/') && TagPattern().IsMatch(rest[(colon + 1)..]))
        {
            (rest, tag) = (rest[..colon], rest[(colon + 1)..]);
        }

        if (isLayout)
        {
            return rest.Length > 0 ? new OciReference(null, rest, tag, digest) : throw Invalid(shown, "it names no folder");
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var registry = slash > 0 ? rest[..slash] : "";
        if (!registry.Contains('.', StringComparison.Ordinal)
            && !registry.Contains(':', StringComparison.Ordinal) && registry != "localhost")
        {
            throw Invalid(shown, "it must begin with a registry's host, as in registry.example.org/team/name:v1");
        }

        var repository = rest[(slash + 1)..];
        return IsRepository(repository)
            ? new OciReference(registry, repository, tag, digest)
            : throw Invalid(shown, "its repository may hold lower-case letters, digits and . _ - only, in parts separated "
                + "by /");
    }

    /// <summary>Whether the text can be a repository, and with it an artifact's name.</summary>
    public static bool IsRepository(string text)
    {
        return text.Length <= 255 && RepositoryPattern().IsMatch(text);
    }

    public override string ToString()
    {
        var place = Registry is null ? $"oci:{Repository}" : $"{Registry}/{Repository}";
        return place + (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");
    }

    private static ArtifactException Invalid(string text, string why)
    {
        return new ArtifactException($"'{text}' is no reference to an artifact: {why}.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryPattern();
}
