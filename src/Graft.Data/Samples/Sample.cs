namespace Graft.Data.Samples;

/// <summary>A record as tokens.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="Ids">The tokens.</param>
/// <param name="Trained">For each token, whether the model is trained to predict it. The first never is: nothing stands before it.</param>
public sealed record Sample(string Id, int[] Ids, bool[] Trained)
{
    /// <summary>The file of the picture that it is about; null where there is none.</summary>
    public string? Picture { get; init; }

    /// <summary>The number of tokens.</summary>
    public int Length => Ids.Length;

    /// <summary>The number of tokens that are trained.</summary>
    public int TrainedTokens { get; } = Trained.Skip(1).Count(t => t);
}
