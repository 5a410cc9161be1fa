namespace Graft.Models.Generation;

/// <summary>How tokens are chosen.</summary>
public sealed record GenerationOptions
{
    /// <summary>At most this many new tokens for each prompt.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>0 takes the likeliest token; otherwise logits are divided by it before sampling.</summary>
    public double Temperature { get; init; }

    /// <summary>Samples from the smallest set of likeliest tokens whose probabilities add up to at least this.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Decides the samples, together with the prompt's place among the prompts.</summary>
    public int Seed { get; init; }

    /// <summary>Tokens that end a text; they are not part of what is returned.</summary>
    public IReadOnlySet<long> StopIds { get; init; } = new HashSet<long>();
}
