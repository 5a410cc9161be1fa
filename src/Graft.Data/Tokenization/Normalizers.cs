namespace Graft.Data.Tokenization;

/// <summary>Changes a text before it is cut into pieces.</summary>
public interface INormalizer
{
    /// <summary>The changed text.</summary>
    string Apply(string text, TextPosition position);
}

/// <summary>Several normalizers, one after the other.</summary>
public sealed class NormalizerSequence(IReadOnlyList<INormalizer> steps) : INormalizer
{
    public string Apply(string text, TextPosition position) => steps.Aggregate(text, (t, step) => step.Apply(t, position));
}

/// <summary>Puts a prefix in front of every span of text that does not continue another.</summary>
public sealed class PrependNormalizer(string prefix) : INormalizer
{
    public string Apply(string text, TextPosition position) =>
        text.Length == 0 || position == TextPosition.Continuation ? text : prefix + text;
}

/// <summary>Replaces a string by another.</summary>
public sealed class ReplaceNormalizer(string pattern, string content, string file = "the tokenizer") : INormalizer
{
    /// <summary>Several in a row may each double a text.</summary>
    private const long LongestText = 1 << 26;

    public string Apply(string text, TextPosition position)
    {
        var growth = content.Length - pattern.Length;
        return growth > 0 && text.Length + (Occurrences(text) * growth) > LongestText
            ? throw new TokenizerException(
                $"{file}: the normalizer that replaces '{pattern}' makes a text longer than {LongestText} characters")
            : text.Replace(pattern, content, StringComparison.Ordinal);
    }

    private long Occurrences(string text)
    {
        var count = 0L;
        for (var at = text.IndexOf(pattern, StringComparison.Ordinal); at >= 0; count++)
        {
            at = text.IndexOf(pattern, at + pattern.Length, StringComparison.Ordinal);
        }

        return count;
    }
}

/// <summary>Lower case by the invariant culture.</summary>
public sealed class LowercaseNormalizer : INormalizer
{
    public string Apply(string text, TextPosition position) => text.ToLowerInvariant();
}
