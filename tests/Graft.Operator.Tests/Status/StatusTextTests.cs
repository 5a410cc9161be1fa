using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Graft.Common;
using Graft.Operator.Status;
using Xunit;

namespace Graft.Operator.Tests.Status;

/// <summary>Words from elsewhere, made fit for a status.</summary>
public sealed partial class StatusTextTests
{
    [Theory]
    [InlineData("BadData", "BadData")]
    [InlineData("out of memory", "OutOfMemory")]
    [InlineData("CUDA error: 700!", "CUDAError700")]
    [InlineData("3 records bad", "RecordsBad")]
    [InlineData("", "Failed")]
    [InlineData("½ …", "Failed")]
    [InlineData(null, "Failed")]
    [InlineData("Ends:", "Ends")]
    public void Reasons_become_camel_case_words(string? text, string reason)
    {
        Assert.Equal(reason, StatusText.Reason(text, "Failed"));
    }

    [Fact]
    public void Whatever_is_said_becomes_a_reason_that_the_api_server_takes()
    {
        Gen.String.Sample(text =>
        {
            var reason = StatusText.Reason(text, "Failed");
            return reason.Length is > 0 and <= 1024 && ReasonPattern().IsMatch(reason);
        });
    }

    [Fact]
    public void Whatever_is_said_is_cut_between_characters_and_has_no_control_characters()
    {
        Gen.Select(Gen.String, Gen.Int[1, 40]).Sample((text, longest) =>
        {
            text = new string([.. text.Where(letter => !char.IsSurrogate(letter))]) + "😀" + text.Length;
            var clean = StatusText.Clean(text, longest + 1);
            return clean.Length <= longest + 1
                && IsUnicode(clean)
                && !clean.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\t'));
        });
    }

    [Fact]
    public void Cut_to_bytes_it_is_the_longest_beginning_that_fits()
    {
        var shown = Gen.Char['a', '⁰'].Where(letter => VisibleText.IsShown(new Rune(letter)));
        Gen.Select(shown.Array[0, 60], Gen.Int[4, 60]).Sample((letters, longest) =>
        {
            var text = new string(letters);
            var clean = StatusText.CleanBytes(text, longest);
            return Encoding.UTF8.GetByteCount(text) <= longest
                ? clean == text || text.Length > longest
                : Encoding.UTF8.GetByteCount(clean) <= longest
                    && clean[^1] == '…' && text.StartsWith(clean[..^1], StringComparison.Ordinal);
        });
        Assert.Equal(new string('ä', 510) + "…", StatusText.CleanBytes(new string('ä', 600), 1024));
    }

    private static bool IsUnicode(string text)
    {
        return text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }

    [GeneratedRegex("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")]
    private static partial Regex ReasonPattern();
}
