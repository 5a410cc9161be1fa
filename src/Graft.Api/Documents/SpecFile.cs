using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Graft.Api.Validation;

namespace Graft.Api.Documents;

/// <summary>The text of a file that may hold specs.</summary>
/// <param name="Path">The path, as diagnostics show it.</param>
/// <param name="Text">What it holds.</param>
public sealed record SpecFile(string Path, string Text)
{
    /// <summary>Why the file has no text; null where it has one.</summary>
    internal Diagnostic? Fault { get; private init; }

    /// <summary>
    /// A file of these bytes: UTF-8, or UTF-16 where a byte order mark says so. Of others the fault is told together with those of the
    /// specs.
    /// </summary>
    public static SpecFile Of(string path, ReadOnlySpan<byte> content)
    {
        return content switch
        {
            [0xFF, 0xFE, ..] => new SpecFile(path, Encoding.Unicode.GetString(content[2..])),
            [0xFE, 0xFF, ..] => new SpecFile(path, Encoding.BigEndianUnicode.GetString(content[2..])),
            [0xEF, 0xBB, 0xBF, ..] => Utf8Text(path, content[3..], offset: 3),
            _ => Utf8Text(path, content, offset: 0),
        };
    }

    private static SpecFile Utf8Text(string path, ReadOnlySpan<byte> content, int offset)
    {
        var text = new char[content.Length];
        if (Utf8.ToUtf16(content, text, out var read, out var written, replaceInvalidSequences: false) == OperationStatus.Done)
        {
            return new SpecFile(path, new string(text, 0, written));
        }

        var before = text.AsSpan(0, written);
        var problem = new SpecProblem(
            Severity.Error,
            ProblemCodes.BadYaml,
            FieldPath.Root,
            $"the file is not UTF-8: byte 0x{content[read]:X2} at offset {read + offset}",
            "save it as UTF-8");
        return new SpecFile(path, "")
        {
            Fault = new Diagnostic(path, before.Count('\n') + 1, written - before.LastIndexOf('\n'), problem),
        };
    }
}
