using System.Text.RegularExpressions;

namespace Graft.Api.Tests.Documents;

/// <summary>A fenced block of a Markdown file.</summary>
/// <param name="File">The file, relative to the repository.</param>
/// <param name="Line">The block's first line.</param>
/// <param name="Language">What stands behind the fence; empty for commands.</param>
/// <param name="Text">What is inside.</param>
internal sealed record CodeBlock(string File, int Line, string Language, string Text)
{
    /// <summary>Its commands: lines that a backslash continues are one, prompts and comments are left out.</summary>
    public IEnumerable<string> Commands => Text.Replace("\\\n", " ", StringComparison.Ordinal)
        .Split('\n')
        .Select(line => line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line)
        .Where(line => line.Length > 0 && line[0] != '#');

    public override string ToString()
    {
        return $"{File}:{Line}";
    }
}

/// <summary>The documentation that people read: README.md and docs/.</summary>
internal static partial class Markdown
{
    /// <summary>The files, relative to the repository.</summary>
    public static IEnumerable<string> Files(string repository)
    {
        return Directory.EnumerateFiles(Path.Combine(repository, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(repository, file))
            .Append("README.md")
            .Order(StringComparer.Ordinal);
    }

    /// <summary>All fenced blocks of a language.</summary>
    public static IEnumerable<CodeBlock> Blocks(string repository, string language)
    {
        return Files(repository).SelectMany(file => Fenced(file, File.ReadAllText(Path.Combine(repository, file))))
            .Where(block => block.Language == language);
    }

    private static IEnumerable<CodeBlock> Fenced(string file, string text)
    {
        return Fence().Matches(text).Select(match => new CodeBlock(
            file, text.AsSpan(0, match.Index).Count('\n') + 2, match.Groups["language"].Value, match.Groups["text"].Value));
    }

    [GeneratedRegex(@"^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
