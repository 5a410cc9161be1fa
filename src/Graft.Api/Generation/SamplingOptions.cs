namespace Graft.Api.Generation;

/// <summary>How a text is generated, whoever generates it. The names are those of OpenAI's and vLLM's requests.</summary>
public sealed record SamplingOptions
{
    /// <summary>At most this many new tokens.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>0 takes the likeliest token; above, tokens are sampled.</summary>
    public double Temperature { get; init; }

    /// <summary>Tokens are sampled from this many likeliest ones; 0 from all.</summary>
    public int TopK { get; init; }

    /// <summary>Tokens are sampled from the likeliest ones with this share of the probability.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Above 1 makes tokens of the prompt and of the text so far less likely.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Decides what is sampled.</summary>
    public int Seed { get; init; }

    /// <summary>Strings before which a text ends.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];
}
