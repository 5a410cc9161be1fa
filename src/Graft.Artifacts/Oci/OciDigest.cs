using System.Buffers;
using System.Security.Cryptography;

namespace Graft.Artifacts.Oci;

/// <summary>Digests as OCI writes them: <c>sha256:</c> and 64 hexadecimal digits in lower case.</summary>
public static class OciDigest
{
    private const string Prefix = "sha256:";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public static string Of(ReadOnlySpan<byte> content)
    {
        return Format(SHA256.HashData(content));
    }

    public static string Format(ReadOnlySpan<byte> hash)
    {
        return Prefix + Convert.ToHexStringLower(hash);
    }

    public static bool IsValid(string? text)
    {
        return text is { Length: 71 } && text.StartsWith(Prefix, StringComparison.Ordinal)
            && text.AsSpan(Prefix.Length).IndexOfAnyExcept(HexDigits) < 0;
    }

    /// <summary>The hexadecimal part. Digests come from outside and become file names: nothing but a valid one passes.</summary>
    /// <exception cref="ArtifactException">The text is no SHA-256 digest.</exception>
    public static string Hex(string digest)
    {
        return IsValid(digest)
            ? digest[Prefix.Length..]
            : throw new ArtifactException($"'{digest}' is no digest of the form sha256:<64 hexadecimal digits>, the only kind supported.");
    }
}
