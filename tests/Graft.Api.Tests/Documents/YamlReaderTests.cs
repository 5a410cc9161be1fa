using System.Text;
using CsCheck;
using Graft.Api.Documents;
using Xunit;

namespace Graft.Api.Tests.Documents;

public sealed class YamlReaderTests
{
    public static TheoryData<string, object?> Scalars => new()
    {
        { "", null },
        { "~", null },
        { "null", null },
        { "yes", true },
        { "Off", false },
        { "true", true },
        { "8", 8L },
        { "-3", -3L },
        { "+4", 4L },
        { "0x1F", 31L },
        { "010", 8L },
        { "0o17", 15L },
        { "2e-4", 2e-4 },
        { "1.5", 1.5 },
        { ".5", 0.5 },
        { "08", "08" },
        { "8x", "8x" },
        { "1e", "1e" },
        { "\"8\"", "8" },
        { "'yes'", "yes" },
        { "!!str 8", "8" },
        { "2026-01-31", "2026-01-31" },
        { "nan", "nan" },
    };

    [Theory]
    [MemberData(nameof(Scalars))]
    public void A_scalar_means_what_the_API_server_takes_it_for(string yaml, object? value)
    {
        var document = Assert.IsType<DocumentMapping>(Assert.Single(Read($"key: {yaml}\n")));

        Assert.Equal(value, Assert.IsType<DocumentScalar>(document.Entries[0].Value).Value);
    }

    [Fact]
    public void Anchors_and_merge_keys_are_resolved()
    {
        var document = (DocumentMapping)Assert.Single(
            Read("base: &base {rank: 8, alpha: 16}\nlora:\n  <<: *base\n  rank: 4\nagain: *base\n"));

        Assert.Equal("{\"base\":{\"rank\":8,\"alpha\":16},\"lora\":{\"rank\":4,\"alpha\":16},\"again\":{\"rank\":8,\"alpha\":16}}",
            DocumentJson.Write(document));
    }

    [Theory]
    [InlineData("a: [1, 2\n", "2:1")]
    [InlineData("a: b: c\n", "1:5")]
    [InlineData("a: *nowhere\n", "1:4")]
    [InlineData("? {a: 1}\n: 2\n", "1:3")]
    [InlineData("<<: 3\n", "1:1")]
    public void What_is_no_YAML_is_shown_where_it_stops_being_it(string yaml, string place)
    {
        Read(yaml, out var diagnostics);

        Assert.StartsWith($"x.yaml:{place}: error: this is not YAML: ", Assert.Single(diagnostics).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_before_a_broken_one_are_kept()
    {
        var documents = Read("a: 1\n---\nb: [\n", out var diagnostics);

        Assert.Single(documents);
        Assert.Single(diagnostics);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        Read(new string('[', 10_000), out var diagnostics);

        Assert.Contains("nested more than 64 deep", Assert.Single(diagnostics).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_that_multiply_are_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 10; i++)
        {
            bomb.Append(null, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Read(bomb.ToString(), out var diagnostics);

        Assert.Contains("more than 400000 values", Assert.Single(diagnostics).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_gives_documents_or_diagnostics_and_never_an_exception()
    {
        var pieces = new[] { "a", ": ", "\n", "- ", "{", "}", "[", "]", "&x ", "*x", "<<: ", "\"", "'", "---\n", "  ", "#", "|", ">",
            "!!int ", "? ", ", ", "8", "é", "\t", "%" };
        Gen.Int[0, pieces.Length - 1].Select(index => pieces[index]).List[0, 40].Sample(parts =>
        {
            SpecSet.Load([new SpecFile("x.yaml", string.Concat(parts))]);
        }, iter: 3000);
    }

    private static IReadOnlyList<DocumentNode> Read(string yaml)
    {
        var documents = Read(yaml, out var diagnostics);
        Assert.Empty(diagnostics);
        return documents;
    }

    private static IReadOnlyList<DocumentNode> Read(string yaml, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var found = new List<Diagnostic>();
        diagnostics = found;
        return YamlReader.Read(yaml, (line, column, problem) => found.Add(new Diagnostic("x.yaml", line, column, problem)), out _);
    }
}
