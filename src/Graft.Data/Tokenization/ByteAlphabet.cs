using System.Text;

namespace Graft.Data.Tokenization;

/// <summary>
/// GPT-2's printable alphabet of the 256 bytes (Radford et al. 2019): printable Latin-1 characters stand for themselves, the other
/// bytes, in order, for the characters from U+0100 on. Byte-level vocabularies are written in it.
/// </summary>
public static class ByteAlphabet
{
    private static readonly char[] CharOfByte = Build();
    private static readonly Dictionary<char, byte> ByteOfChar = CharOfByte.Select((c, b) => (c, b)).ToDictionary(p => p.c, p => (byte)p.b);

    /// <summary>The characters in the order of their code points: the order in which a new vocabulary lists them.</summary>
    public static IEnumerable<char> InOrder => CharOfByte.Order();

    /// <summary>The character that stands for a byte.</summary>
    public static char Of(byte value) => CharOfByte[value];

    /// <summary>The UTF-8 bytes of a text, each as its character.</summary>
    public static string Write(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(Of));

    /// <summary>Appends the bytes that a token stands for; characters outside the alphabet stand for themselves.</summary>
    public static void Read(string token, List<byte> bytes)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in token.EnumerateRunes())
        {
            if (rune.IsBmp && ByteOfChar.TryGetValue((char)rune.Value, out var value))
            {
                bytes.Add(value);
            }
            else
            {
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
            }
        }
    }

    private static char[] Build()
    {
        var chars = new char[256];
        var next = '\u0100';
        for (var b = 0; b < 256; b++)
        {
            var printable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            chars[b] = printable ? (char)b : next++;
        }

        return chars;
    }
}
