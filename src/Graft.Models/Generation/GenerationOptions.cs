namespace Graft.Models.Generation;

/// <summary>The parts that generation is made of; without any, the likeliest token is taken until <see cref="MaxNewTokens"/>.</summary>
public sealed record GenerationOptions
{
    /// <summary>At most this many new tokens for each prompt.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>What changes the logits, in order.</summary>
    public IReadOnlyList<ILogitsProcessor> Processors { get; init; } = [];

    /// <summary>What chooses among the processed logits.</summary>
    public ITokenChooser Chooser { get; init; } = new GreedyChooser();

    /// <summary>What ends a text.</summary>
    public IReadOnlyList<IStopRule> StopRules { get; init; } = [];
}
