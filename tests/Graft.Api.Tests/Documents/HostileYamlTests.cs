using System.Diagnostics;
using System.Text;
using Graft.Api.Documents;
using Graft.Api.Validation;
using Xunit;

namespace Graft.Api.Tests.Documents;

/// <summary>Files that are no specs, of any size, cost time and memory as they are long, and no more.</summary>
public sealed class HostileYamlTests
{
    private const int Many = 100_000;

    private static readonly Dictionary<string, Func<string>> Texts = new()
    {
        ["keys"] = () => Repeat(i => $"key{i}: 1\n"),
        ["keys of one of our kinds"] = () => $"{Specs.Model}\n{Repeat(i => $"key{i}: 1\n")}",
        ["keys of a section"] = () => $"{Specs.Model}\n  more:\n{Repeat(i => $"    key{i}: 1\n")}",
        ["keys in one line"] = () => $"{{{Repeat(i => $"k{i}: 1, ")}}}",
        ["keys that are the same"] = () => Repeat(_ => "key: 1\n"),
        ["keys that are merged"] = () => $"a: &a {{{Repeat(i => $"k{i}: 1, ", 300)}}}\nb:\n{Repeat(_ => "  <<: *a\n", 300)}",
        ["keys in JSON"] = () => $"{{{Repeat(i => $"\"k{i}\": {i},")}\"z\": 0}}",
        ["items"] = () => $"a:\n{Repeat(_ => "- 1\n")}",
        ["anchors"] = () => Repeat(i => $"k{i}: &a{i} 1\n", 30_000) + Repeat(i => $"l{i}: *a{i}\n", 30_000),
        ["documents"] = () => Repeat(i => $"a: {i}\n---\n"),
        ["documents of a kind that is misspelt"] = () => Repeat(i => $"apiVersion: graft.dev/v1alpha1\nkind: BaseModle\nmetadata: {{name: m{i}}}\n---\n", 20_000),
        ["models of one name"] = () => Repeat(_ => $"{Specs.Model}\n---\n", 8_000),
        ["models of many names"] = () => Repeat(i => $"{Specs.With(Specs.Model, "name: tiny\n", $"name: m{i}\n")}\n---\n", 8_000),
        ["runs that name nothing"] = () => Repeat(i => $"{Specs.With(Specs.Run, "name: quickstart", $"name: r{i}")}\n---\n", 4_000),
        ["blank lines"] = () => new string('\n', 1_000_000),
        ["comments"] = () => Repeat(_ => "# a comment\n"),
        ["blanks"] = () => new string(' ', 1_000_000),
        ["a long word"] = () => new string('a', 1_000_000),
        ["a long key"] = () => new string('k', 1_000_000) + ": 1\n",
        ["a long key in quotes"] = () => $"\"{new string('k', 900)}\": 1\n",
        ["a long text in quotes"] = () => $"a: \"{new string('x', 1_000_000)}\"\n",
        ["a text of many lines"] = () => "a: |\n" + Repeat(_ => "  words and words\n"),
        ["a folded text of many lines"] = () => "a: >\n" + Repeat(_ => "  words and words\n"),
        ["a plain text of many lines"] = () => "a:\n" + Repeat(_ => "  words and words\n"),
        ["a long kind"] = () => $"apiVersion: graft.dev/v1alpha1\nkind: {new string('B', 500_000)}\n",
        ["a long name"] = () => Specs.With(Specs.Model, "name: tiny\n", $"name: {new string('B', 500_000)}\n"),
        ["a long wrong value"] = () => Specs.With(Specs.Run, "rank: 8", $"rank: {new string('8', 500_000)}"),
        ["brackets"] = () => new string('[', 500_000),
        ["braces"] = () => new string('{', 500_000),
        ["dashes"] = () => Repeat(_ => "- "),
        ["question marks"] = () => Repeat(_ => "? "),
        ["nested blocks"] = () => string.Concat(Enumerable.Range(0, 2000).Select(depth => new string(' ', depth) + "a:\n")),
        ["quotes"] = () => new string('"', 500_001),
        ["directives"] = () => Repeat(_ => "%TAG ! tag:example.org,2026:\n", 20_000) + "---\na: 1\n",
        ["tags"] = () => $"a: {Repeat(_ => "!", 20_000)} 1\n",
        ["a list of ours"] = () => "apiVersion: v1\nkind: List\nitems:\n" + Repeat(_ => "- {apiVersion: graft.dev/v1alpha1, kind: BaseModel}\n", 20_000),
    };

    public static TheoryData<string> Large => [.. Texts.Keys];

    [Theory]
    [MemberData(nameof(Large))]
    public void A_large_file_is_read_or_refused_in_seconds_and_told_in_few_lines(string what)
    {
        var text = Texts[what]();
        var watch = Stopwatch.StartNew();
        var set = SpecSet.Load([new SpecFile("x.yaml", text)]);

        // Quadratic costs take minutes on any machine, linear ones a fraction of this even on a busy one.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{what}: {watch.Elapsed}");
        Assert.InRange(set.Diagnostics.Count, 0, 303);
        Assert.All(set.Diagnostics, found =>
        {
            Assert.True(found is { Line: > 0, Column: > 0 }, found.ToString());
            Assert.InRange(found.ToString().Length, 1, 2000);
        });
    }

    [Fact]
    public void Of_many_problems_the_first_are_told_and_the_others_counted()
    {
        var set = SpecSet.Load([new SpecFile("x.yaml", $"{Specs.Model}\n{Repeat(i => $"key{i}: 1\n", 1000)}")]);

        Assert.Equal(101, set.Diagnostics.Count);
        Assert.Equal(1000, set.Count(Severity.Error));
        Assert.Equal(
            "x.yaml:108:1: error: and 900 more errors; mend the first ones, and check again [more-problems]", set.Diagnostics[^1].ToString());
    }

    [Fact]
    public void Notes_that_are_many_hide_no_error()
    {
        var notes = Repeat(i => $"a: {i}\n---\n", 1000);
        var set = SpecSet.Load([new SpecFile("x.yaml", notes + Specs.With(Specs.Model, "builtin", "biultin"))]);

        Assert.True(set.HasErrors);
        Assert.Contains(set.Diagnostics, found => found.Problem.Code == ProblemCodes.UnknownField);
    }

    [Theory]
    [InlineData("a: 1\n\0b: 2\n", "2:1", "U+0000")]
    [InlineData("a: \"\u001b[31m\"\n", "1:5", "U+001B")]
    [InlineData("a: 1\nb: \u0090\n", "2:4", "U+0090")]
    [InlineData("a: \uffff\n", "1:4", "U+FFFF")]
    public void A_character_that_YAML_does_not_allow_is_shown_at_its_place(string text, string place, string code)
    {
        var found = Assert.Single(SpecSet.Load([new SpecFile("x.yaml", text)]).Diagnostics).ToString();

        Assert.StartsWith($"x.yaml:{place}: error: this is not YAML: the character {code} is not allowed", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a:\n\tb: 1\n", "2:1")]
    [InlineData("a:\n  b:\n  \tc: 1\n", "3:3")]
    [InlineData("a:\n  b: 1\n\tc: 1\n", "3:1")]
    [InlineData("a:\n\t- 1\n", "2:1")]
    public void A_tab_in_the_indentation_is_shown_at_its_place(string text, string place)
    {
        var found = Assert.Single(SpecSet.Load([new SpecFile("x.yaml", text)]).Diagnostics).ToString();

        Assert.Equal($"x.yaml:{place}: error: this is not YAML: a tab in the indentation; indent with spaces [bad-yaml]", found);
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0x3A, 0x20, 0x31, 0x0A, 0x62, 0x3A, 0x20, 0xE9, 0x0A }, "2:4", "byte 0xE9 at offset 8")]
    [InlineData(new byte[] { 0xFF }, "1:1", "byte 0xFF at offset 0")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x61, 0xC3 }, "1:2", "byte 0xC3 at offset 4")]
    [InlineData(new byte[] { 0xC3, 0xA9, 0xED, 0xA0, 0x80 }, "1:2", "byte 0xED at offset 2")]
    public void A_file_that_is_not_UTF_8_is_refused_at_its_place(byte[] content, string place, string what)
    {
        var found = Assert.Single(SpecSet.Load([SpecFile.Of("x.yaml", content)]).Diagnostics).ToString();

        Assert.Equal($"x.yaml:{place}: error: the file is not UTF-8: {what}; save it as UTF-8 [bad-yaml]", found);
    }

    [Fact]
    public void A_byte_order_mark_says_how_a_file_is_read()
    {
        foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            var set = SpecSet.Load([SpecFile.Of("x.yaml", [.. encoding.Preamble, .. encoding.GetBytes(Specs.Model)])]);

            Assert.Empty(set.Diagnostics);
            Assert.Equal("tiny", Assert.Single(set.Resources).Name);
        }
    }

    [Theory]
    [InlineData("status: 3")]
    [InlineData("status: {conditions: words, parameters: 1e999}")]
    [InlineData("status: {a: .inf, b: [null, {}]}")]
    public void What_a_server_says_may_have_any_form(string more)
    {
        var set = SpecSet.Load([new SpecFile("x.yaml",
            Specs.With(Specs.Model, "name: tiny\n", "name: tiny\n  creationTimestamp: never\n  managedFields: 5\n  generation: x\n") + $"\n{more}\n")]);

        Assert.Empty(set.Diagnostics);
        Assert.NotNull(Assert.Single(set.Resources).Resource);
    }

    private static string Repeat(Func<int, string> text, int count = Many)
    {
        var all = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            all.Append(text(i));
        }

        return all.ToString();
    }
}
