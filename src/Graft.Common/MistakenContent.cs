using System.Text;

namespace Graft.Common;

/// <summary>
/// Recognizes by its first bytes what a download leaves when it goes wrong: a file of the right name that holds something else.
/// </summary>
public static class MistakenContent
{
    /// <summary>How many bytes of a file are enough to tell.</summary>
    public const int NeededBytes = 512;

    private static readonly (string Start, string Meaning)[] Known =
    [
        ("version https://git-lfs", "it is a Git LFS pointer, not the file itself; run `git lfs pull` in its folder, or download the file again"),
        ("<!doctype html", WebPage),
        ("<html", WebPage),
        ("<?xml", WebPage),
        ("<error", WebPage),
        ("PK\u0003\u0004", "it is a zip archive or a file of torch.save; save the model as safetensors (save_pretrained does)"),
        ("GGUF", "it is a GGUF file, which is not read; download the model in the Hugging Face layout"),
        ("\u001f\u008b", "it is compressed with gzip; unpack it first"),
    ];

    private const string WebPage = "it is a web page, not the file; download it again, and look whether that needs a login or a license to be accepted";

    /// <summary>What the bytes at the beginning of a file are, and what to do; null where they are nothing that is known.</summary>
    public static string? Describe(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
        {
            return "it is empty; download it again";
        }

        // One character a byte, so that signatures of any bytes can be compared.
        var text = Encoding.Latin1.GetString(start[..Math.Min(start.Length, NeededBytes)]);
        var mark = Encoding.Latin1.GetString(Encoding.UTF8.Preamble);
        var plain = (text.StartsWith(mark, StringComparison.Ordinal) ? text[mark.Length..] : text).TrimStart();
        foreach (var (signature, meaning) in Known)
        {
            if (plain.StartsWith(signature, StringComparison.OrdinalIgnoreCase))
            {
                return meaning;
            }
        }

        return text.All(character => character == '\0') ? "it begins with zeros only: a download that broke off; download it again" : null;
    }
}
