using Graft.Api.Planning;
using Graft.Models;

namespace Graft.Trainer.Running;

/// <summary>
/// Holds lengths against the positions that a model was made for. Learned positions end: what is longer is refused. Others go on, where the
/// model was not trained: that is said.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="extra">The virtual tokens that what is trained puts in front of every text.</param>
internal sealed class PositionLimits(ICausalLanguageModel model, int extra)
{
    /// <summary>How many tokens of its own a text may have where positions are learned; null where they go on.</summary>
    public int? Longest => model.HasLearnedPositions ? model.MaximumPositions - extra : null;

    /// <summary>Holds the longest sample against the positions.</summary>
    /// <returns>What a person should know; null where it fits.</returns>
    /// <exception cref="PlanFormatException">It does not fit, and positions are learned.</exception>
    public string? CheckSamples(int longest)
    {
        var advice = $"Set maxLength to at most {Math.Max(1, model.MaximumPositions - extra)}";
        return Check(longest, "data.maxLength: the longest sample has {0} tokens", advice);
    }

    /// <summary>Holds a prompt with its answer against the positions.</summary>
    /// <returns>What a person should know; null where it fits.</returns>
    /// <exception cref="PlanFormatException">They do not fit, and positions are learned.</exception>
    public string? CheckAnswer(int prompt, int maxNewTokens)
    {
        var left = model.MaximumPositions - extra - prompt;
        var advice = left > 0 ? $"Ask for at most {left} new tokens, or shorten the prompt" : "Shorten the prompt";
        return Check(
            (long)prompt + maxNewTokens, $"The prompt has {prompt} tokens, with up to {maxNewTokens} new ones that makes {{0}}", advice);
    }

    private string? Check(long tokens, string what, string advice)
    {
        var positions = model.MaximumPositions;
        if (tokens + extra <= positions)
        {
            return null;
        }

        var added = extra > 0 ? $", and {extra} virtual tokens are in front of them" : "";
        var said = string.Format(System.Globalization.CultureInfo.InvariantCulture, what, tokens) + added;
        return model.HasLearnedPositions
            ? throw new PlanFormatException($"{said}; the model has {positions} learned positions. {advice}.")
            : $"{said}; the model was made for {positions} positions, and is used beyond them. {advice} to stay within.";
    }
}
