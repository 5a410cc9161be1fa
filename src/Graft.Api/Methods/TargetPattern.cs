using System.Text.RegularExpressions;

namespace Graft.Api.Methods;

/// <summary>
/// A regular expression over the names of a model's layers. It is in the part of the syntax that .NET and Python's <c>re</c> read alike
/// (<see cref="PatternDialect"/>), so that an expression means here what it means in PEFT. It is matched in time that grows with the name
/// alone; one that looks ahead is not, and is given up after <see cref="Limit"/>.
/// </summary>
public sealed class TargetPattern
{
    /// <summary>How long one name may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(250);

    /// <summary>Names as models have them, on which expressions that could take for ever are tried.</summary>
    private static readonly IReadOnlyList<string> Probes =
    [
        "model.layers.31.self_attn.q_proj", "transformer.h.11.mlp.c_proj", "vision_model.encoder.layers.23.self_attn.out_proj!",
    ];

    private readonly Regex _regex;

    private TargetPattern(string pattern, string before, string after)
    {
        if (PatternDialect.Foreign(pattern) is { } foreign)
        {
            throw new FormatException(foreign);
        }

        try
        {
            // The expression alone first: brackets that do not match must not be balanced by those around it.
            _ = new Regex(pattern, RegexOptions.CultureInvariant, Limit);
            _regex = Compile(before + pattern + after);
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"is not a regular expression: {error.Message}", error);
        }
    }

    /// <summary>An expression that a whole name must match, as <c>re.fullmatch</c> does.</summary>
    /// <exception cref="FormatException">It is no such expression; the message says why.</exception>
    public static TargetPattern Whole(string pattern) => new(pattern, @"\A(?:", @")\z");

    /// <summary>An expression that a name must end with, at a dot: how PEFT reads the keys of <c>rank_pattern</c>.</summary>
    /// <exception cref="FormatException">It is no such expression; the message says why.</exception>
    public static TargetPattern EndOf(string pattern) => new(pattern, @"\A(?:.*\.)?(?:", @")\z");

    /// <summary>What is wrong with an expression for whole names, as what it does ("is not …"); null if nothing is.</summary>
    public static string? Fault(string pattern)
    {
        try
        {
            var parsed = Whole(pattern);
            foreach (var name in Probes)
            {
                parsed.IsMatch(name);
            }

            return null;
        }
        catch (FormatException error)
        {
            return error.Message;
        }
    }

    /// <summary>Whether a name matches.</summary>
    /// <exception cref="FormatException">It takes too long.</exception>
    public bool IsMatch(string name)
    {
        try
        {
            return _regex.IsMatch(name);
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new FormatException(
                $"takes more than {Limit.TotalMilliseconds:0} ms on the name '{name}': it repeats what repeats already, as in (a+)+", error);
        }
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Limit);
        }
        catch (NotSupportedException)
        {
            // It looks ahead.
            return new Regex(pattern, RegexOptions.CultureInvariant, Limit);
        }
    }
}
