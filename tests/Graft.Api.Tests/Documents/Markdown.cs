using System.Text.RegularExpressions;

namespace Graft.Api.Tests.Documents;

/// <summary>A fenced block of a Markdown file.</summary>
/// <param name="File">The file, relative to the repository.</param>
/// <param name="Line">The block's first line.</param>
/// <param name="Language">What stands behind the fence; empty for commands.</param>
/// <param name="Text">What is inside.</param>
internal sealed partial record CodeBlock(string File, int Line, string Language, string Text)
{
    /// <summary>
    /// Its commands: lines that a backslash continues are one; comments are left out, and so is what is no command where commands stand
    /// behind a prompt.
    /// </summary>
    public IEnumerable<string> Commands => HasPrompts
        ? Lines.Where(line => line.StartsWith(Prompt, StringComparison.Ordinal)).Select(line => line[Prompt.Length..])
        : Lines.Select(line => Comment().Replace(line, "")).Where(line => line.Length > 0);

    /// <summary>What is printed below its first prompt, up to the next; empty without one.</summary>
    public string Output => string.Join('\n', Lines.SkipWhile(line => !line.StartsWith(Prompt, StringComparison.Ordinal)).Skip(1)
        .TakeWhile(line => !line.StartsWith(Prompt, StringComparison.Ordinal))).Trim();

    private const string Prompt = "$ ";

    private IEnumerable<string> Lines => Continuation().Replace(Text, " ").Split('\n');

    private bool HasPrompts => Lines.Any(line => line.StartsWith(Prompt, StringComparison.Ordinal));

    public override string ToString()
    {
        return $"{File}:{Line}";
    }

    [GeneratedRegex(@"\s*\\\n\s*")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"(^|\s+)#.*$")]
    private static partial Regex Comment();
}

/// <summary>The documentation that people read: README.md, CONTRIBUTING.md, docs/ and what is beside the examples.</summary>
internal static partial class Markdown
{
    private static readonly string[] Programs =
    [
        "graft", "bin/graft", "kubectl", "helm", "make", "mlflow", "ctr", "kind", "minikube", "docker", "podman", "oras", "dotnet",
        "convert", "sha256sum", "npm",
    ];

    /// <summary>The files, relative to the repository.</summary>
    public static IEnumerable<string> Files(string repository)
    {
        return new[] { "docs", "examples" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(repository, folder), "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(repository, file))
            .Concat(["README.md", "CONTRIBUTING.md"])
            .Order(StringComparer.Ordinal);
    }

    /// <summary>All fenced blocks of a language.</summary>
    public static IEnumerable<CodeBlock> Blocks(string repository, string language)
    {
        return Files(repository).SelectMany(file => Fenced(file, File.ReadAllText(Path.Combine(repository, file))))
            .Where(block => block.Language == language);
    }

    /// <summary>
    /// Every command that the documentation prints, once: in blocks without a language, and in the middle of a sentence where it begins
    /// with one of the programs.
    /// </summary>
    public static IReadOnlyList<string> Commands(string repository)
    {
        var inSentences = Files(repository)
            .SelectMany(file => Code().Matches(Fence().Replace(File.ReadAllText(Path.Combine(repository, file)), "")))
            .Select(match => match.Groups["code"].Value.Replace("\\|", "|", StringComparison.Ordinal))
            .Where(code => Programs.Contains(code.Split(' ')[0]) && code.Contains(' ', StringComparison.Ordinal));
        return [.. Blocks(repository, "").SelectMany(block => block.Commands).Concat(inSentences).Distinct()];
    }

    /// <summary>Whether a command is for a cluster or its nodes.</summary>
    public static bool IsForCluster(string command)
    {
        return command.Split(' ') is ["kubectl" or "helm" or "ctr" or "kind" or "minikube", ..] or ["graft", "image" or "logs", ..]
            or ["make", "push-images", ..];
    }

    private static IEnumerable<CodeBlock> Fenced(string file, string text)
    {
        return Fence().Matches(text).Select(match => new CodeBlock(
            file, text.AsSpan(0, match.Index).Count('\n') + 2, match.Groups["language"].Value, match.Groups["text"].Value));
    }

    [GeneratedRegex(@"(?<!`)`(?<code>[^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
