using System.Text.RegularExpressions;
using Xunit;

namespace Graft.Architecture.Tests;

/// <summary>What .editorconfig cannot say: each rule names the places that break it.</summary>
public sealed partial class StyleTests
{
    private const int LongestLine = 140;

    [Fact]
    public void No_line_is_longer_than_the_editorconfig_says()
    {
        Assert.Contains($"max_line_length = {LongestLine}", Sources.Lines(".editorconfig"));
        NoLine(line => line.Length > LongestLine && !LongText().IsMatch(line) && !TableRow().IsMatch(line));
    }

    [Fact]
    public void A_caught_exception_is_called_error()
    {
        NoLine(line => CaughtByAnotherName().IsMatch(line));
    }

    [Fact]
    public void A_cancellation_token_is_called_cancellationToken_or_by_what_it_ends()
    {
        NoLine(line => TokenByAnotherName().IsMatch(line));
    }

    [Fact]
    public void An_empty_text_is_two_quotes()
    {
        NoLine(line => EmptyString().IsMatch(line));
    }

    [Fact]
    public void Docstrings_are_inherited_without_a_word()
    {
        NoLine(line => InheritDoc().IsMatch(line));
    }

    [Fact]
    public void The_spelling_is_American_as_the_interfaces_words_are()
    {
        NoLine(line => British().IsMatch(line));
    }

    private static void NoLine(Func<string, bool> breaks)
    {
        var places = Sources.Files
            .Where(file => Path.GetFileName(file) != $"{nameof(StyleTests)}.cs")
            .SelectMany(file => Sources.Lines(file).Select((line, index) => (Text: line, Place: $"{file}:{index + 1}")))
            .Where(line => breaks(line.Text))
            .Select(line => $"{line.Place}: {line.Text.Trim()}")
            .ToList();
        Assert.True(places.Count == 0, string.Join('\n', places));
    }

    /// <summary>A sentence, or a piece of another language, that would be harder to read and to search for in pieces.</summary>
    [GeneratedRegex("""" "(\\.|[^"\\]){40,}"|""" """", RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex LongText();

    /// <summary>A case of a theory: tables are read line by line.</summary>
    [GeneratedRegex(@"^\s*\{ .* \},$")]
    private static partial Regex TableRow();

    [GeneratedRegex(@"\bcatch \([\w.]+ (e|ex|err|exception|fault)\)")]
    private static partial Regex CaughtByAnotherName();

    [GeneratedRegex(@"\bCancellationToken (cancellation|token|ct|cancel)\b")]
    private static partial Regex TokenByAnotherName();

    [GeneratedRegex(@"\bstring\.Empty\b", RegexOptions.IgnoreCase)]
    private static partial Regex EmptyString();

    [GeneratedRegex("<inheritdoc ?/>")]
    private static partial Regex InheritDoc();

    [GeneratedRegex(
        @"(initiali|normali|recogni|seriali|optimi|quanti|tokeni|minimi|maximi|summari)s(e|ed|er|ers|es|ing|ation)\b"
            + "|behaviour|colour|honour|favour|neighbour|labell|cancell(ed|ing)|licence",
        RegexOptions.IgnoreCase)]
    private static partial Regex British();
}
