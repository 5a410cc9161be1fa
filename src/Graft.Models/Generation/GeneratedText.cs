namespace Graft.Models.Generation;

/// <summary>One text while it is generated.</summary>
/// <param name="prompt">What it continues; at least one token.</param>
/// <param name="added">The tokens chosen so far.</param>
public sealed class GeneratedText(long[] prompt, params IEnumerable<long> added)
{
    private readonly List<long> _added = [.. added];

    /// <summary>The tokens that it continues.</summary>
    public IReadOnlyList<long> Prompt => prompt;

    /// <summary>The tokens chosen so far; a stop token is none of them.</summary>
    public IReadOnlyList<long> Added => _added;

    /// <summary>A stop rule has ended it.</summary>
    public bool HasEnded { get; private set; }

    internal void Add(long token) => _added.Add(token);

    internal void End() => HasEnded = true;
}
