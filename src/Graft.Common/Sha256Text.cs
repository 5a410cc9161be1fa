using System.Security.Cryptography;
using System.Text;

namespace Graft.Common;

/// <summary>The SHA-256 of texts and bytes, in lower-case hexadecimal digits.</summary>
public static class Sha256Text
{
    /// <summary>The 64 digits of a text in UTF-8.</summary>
    public static string Of(string text)
    {
        return Of(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The 64 digits of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> content)
    {
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>The 64 digits of what is left of a stream.</summary>
    public static string Of(Stream content)
    {
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
