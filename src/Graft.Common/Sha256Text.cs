using System.Security.Cryptography;
using System.Text;

namespace Graft.Common;

/// <summary>The SHA-256 of texts and bytes, in lower-case hexadecimal digits.</summary>
public static class Sha256Text
{
    private const int Piece = 1 << 17;

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
    /// <param name="content">The stream.</param>
    /// <param name="read">Told after each piece how many bytes it has.</param>
    public static string Of(Stream content, Action<int>? read = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Piece];
        while (content.Read(buffer) is > 0 and var count)
        {
            hash.AppendData(buffer, 0, count);
            read?.Invoke(count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
