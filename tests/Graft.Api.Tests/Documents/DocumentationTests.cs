using System.Text.RegularExpressions;
using Graft.Api.Documents;
using Graft.Api.Schema;
using Graft.Api.Validation;
using Graft.Tests;
using Xunit;

namespace Graft.Api.Tests.Documents;

/// <summary>What README.md and docs/ show and name is there and right.</summary>
public sealed partial class DocumentationTests
{
    /// <summary>How a block begins that is not Graft's: values of the chart, a pre-commit hook, a resource of another API.</summary>
    private static readonly string[] ForeignBeginnings = ["# values.yaml\n", "- repo:"];

    public static TheoryData<string> Files => [.. Markdown.Files(Repository.Root)];

    [Fact]
    public void Specs_can_be_copied_as_they_are()
    {
        var blocks = Markdown.Blocks(Repository.Root, "yaml").ToList();
        Assert.NotEmpty(blocks);
        foreach (var block in blocks.Where(block => !IsForeign(block)))
        {
            var set = SpecSet.Load([new SpecFile(block.ToString(), block.Text)], new SpecSetOptions());
            // A document of another API is none of Graft's, and stands alone.
            var wrong = set.Diagnostics
                .Where(problem => problem is { Severity: Severity.Error, Problem.Code: not ProblemCodes.NothingFound })
                .ToList();
            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            // A fragment without apiVersion and kind is nothing that anybody could apply.
            Assert.Matches(@"(?m)^apiVersion: \S+\nkind: \S+", block.Text);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Links_lead_somewhere(string file)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, file));
        var links = Link().Matches(text).Select(match => match.Groups[1].Value);
        foreach (var link in links.Where(link => !link.Contains("://", StringComparison.Ordinal)))
        {
            var parts = link.Split('#');
            var target = parts[0].Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, parts[0]);
            var path = Path.Combine(Repository.Root, target);
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{file}: {link} is not there");
            if (parts.Length > 1)
            {
                var anchors = Heading().Matches(File.ReadAllText(path)).Select(match => Anchor(match.Groups[1].Value));
                Assert.True(anchors.Contains(parts[1]), $"{file}: {link}: there is no such heading");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Fields_that_are_named_are_fields_of_some_kind(string file)
    {
        var schemas = ResourceKind.All.Select(kind => CustomResourceDefinition.RootSchema(kind, Descriptions.None)).ToList();
        var text = File.ReadAllText(Path.Combine(Repository.Root, file));
        foreach (var path in Field().Matches(text).Select(match => match.Groups[1].Value))
        {
            Assert.True(schemas.Any(schema => HasField(schema, path.Split('.'))), $"{file}: no kind has {path}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Metrics_that_are_named_are_measured(string file)
    {
        var sources = string.Concat(
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*Metrics.cs", SearchOption.AllDirectories)
                .Select(File.ReadAllText));
        foreach (var metric in Metric().Matches(File.ReadAllText(Path.Combine(Repository.Root, file))).Select(match => match.Value))
        {
            Assert.True(sources.Contains($"\"{metric}\"", StringComparison.Ordinal), $"{file}: there is no metric {metric}");
        }
    }

    private static bool IsForeign(CodeBlock block)
    {
        return ForeignBeginnings.Any(start => block.Text.StartsWith(start, StringComparison.Ordinal));
    }

    private static bool HasField(SchemaNode node, IEnumerable<string> path)
    {
        foreach (var name in path)
        {
            if (node.Field(name) is not { } field)
            {
                return false;
            }

            node = field.Schema;
        }

        return true;
    }

    private static string Anchor(string heading)
    {
        return NoAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^a-z0-9 _-]")]
    private static partial Regex NoAnchor();

    // In code only: in prose a sentence may end behind a name.
    [GeneratedRegex(@"`((?:spec|status)(?:\.[a-zA-Z]+)+)`")]
    private static partial Regex Field();

    [GeneratedRegex(@"\b(graft|workqueue|controller_runtime|rest_client|leader_election)_[a-z_]+[a-z]\b(?!\.)")]
    private static partial Regex Metric();
}
