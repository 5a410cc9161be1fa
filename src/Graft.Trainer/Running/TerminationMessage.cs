using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Graft.Api.Planning;

namespace Graft.Trainer.Running;

/// <summary>A run's result as JSON that Kubernetes keeps whole and that others can show.</summary>
internal static partial class TerminationMessage
{
    private const string Ellipsis = "…";

    /// <summary>A message of this length is worth more than the record's address.</summary>
    private const int WorthKeeping = 512;

    /// <summary>
    /// The result in <see cref="RunResult.MaximumBytes"/> at most. What is cut is cut before it is written, so that the JSON stays valid:
    /// the message first, then what can be found elsewhere.
    /// </summary>
    public static byte[] Write(RunResult result)
    {
        var message = Clean(result.Message);
        var whole = result with
        {
            Message = message,
            Figures = Finite(result.Figures),
            Warnings = result.Warnings?.Select(Clean).ToList(),
        };
        // Warnings are in the log, too.
        var clean = whole with { Warnings = null };
        return Fit(whole, message.Length)
            ?? Fit(clean, WorthKeeping)
            ?? Fit(clean with { Tracking = null }, 0)
            ?? Fit(new RunResult { Outcome = clean.Outcome, Message = message, Reason = clean.Reason, Steps = clean.Steps }, 0)
            ?? Serialize(new RunResult { Outcome = result.Outcome, Message = "" });
    }

    /// <summary>The longest message that fits, if that is long enough.</summary>
    private static byte[]? Fit(RunResult result, int shortest)
    {
        var whole = Serialize(result);
        if (whole.Length <= RunResult.MaximumBytes)
        {
            return whole;
        }

        for (var length = result.Message.Length * 15 / 16; length >= shortest; length = length * 15 / 16 - 1)
        {
            var json = Serialize(result with { Message = Cut(result.Message, length) });
            if (json.Length <= RunResult.MaximumBytes)
            {
                return json;
            }
        }

        return null;
    }

    private static string Cut(string text, int length)
    {
        // Not through the middle of a character that is two.
        var end = length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
        return text[..end].TrimEnd() + Ellipsis;
    }

    /// <summary>One line of text that a terminal shows as it is: no escape sequences, no control characters, no half characters.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in EscapeSequence().Replace(text.ReplaceLineEndings(" "), "").EnumerateRunes())
        {
            clean.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return clean.ToString().Trim();
    }

    /// <summary>JSON has no NaN and no infinity: such a figure is left out.</summary>
    private static ResultFigures? Finite(ResultFigures? figures) => figures is null
        ? null
        : figures with
        {
            BaseLoss = Finite(figures.BaseLoss),
            AdaptedLoss = Finite(figures.AdaptedLoss),
            BaseTokenAccuracy = Finite(figures.BaseTokenAccuracy),
            AdaptedTokenAccuracy = Finite(figures.AdaptedTokenAccuracy),
            BaseExactMatch = Finite(figures.BaseExactMatch),
            AdaptedExactMatch = Finite(figures.AdaptedExactMatch),
            TokensPerSecond = Finite(figures.TokensPerSecond),
        };

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static byte[] Serialize(RunResult result) => JsonSerializer.SerializeToUtf8Bytes(result, PlanJson.WireOptions);

    [GeneratedRegex(@"\x1B(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1B]*(\x07|\x1B\\))", RegexOptions.CultureInvariant)]
    private static partial Regex EscapeSequence();
}
