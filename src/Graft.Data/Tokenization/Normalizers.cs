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
public sealed class ReplaceNormalizer(string pattern, string content) : INormalizer
{
    public string Apply(string text, TextPosition position) => text.Replace(pattern, content, StringComparison.Ordinal);
}

/// <summary>Lower case by the invariant culture.</summary>
public sealed class LowercaseNormalizer : INormalizer
{
    public string Apply(string text, TextPosition position) => text.ToLowerInvariant();
}
