using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Graft.Cli.Commands;

/// <summary>Options that are numbers within a range; what is not is refused by the option's name.</summary>
public static class NumberOption
{
    /// <summary>An option with a default.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="unit">What stands for the value in the help.</param>
    /// <param name="usual">The default.</param>
    /// <param name="description">What it does.</param>
    /// <param name="isValid">Whether a number is within the range.</param>
    /// <param name="range">The range, in words.</param>
    public static Option<T> Create<T>(string name, string unit, T usual, string description, Func<T, bool> isValid, string range)
        where T : struct, INumber<T>
    {
        return new Option<T>(name)
        {
            Description = description,
            HelpName = unit,
            DefaultValueFactory = _ => usual,
            CustomParser = result => Parse(result, name, isValid, range) ?? usual,
        };
    }

    /// <summary>An option without a default.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="unit">What stands for the value in the help.</param>
    /// <param name="description">What it does.</param>
    /// <param name="isValid">Whether a number is within the range.</param>
    /// <param name="range">The range, in words.</param>
    public static Option<T?> Create<T>(string name, string unit, string description, Func<T, bool> isValid, string range)
        where T : struct, INumber<T>
    {
        return new Option<T?>(name)
        {
            Description = description,
            HelpName = unit,
            CustomParser = result => Parse(result, name, isValid, range),
        };
    }

    private static T? Parse<T>(ArgumentResult result, string name, Func<T, bool> isValid, string range)
        where T : struct, INumber<T>
    {
        if (result.Tokens is not [.., var word])
        {
            return null;
        }

        if (T.TryParse(word.Value, CultureInfo.InvariantCulture, out var value) && T.IsFinite(value) && isValid(value))
        {
            return value;
        }

        result.AddError($"{name} is {word.Value}; it must be {range}.");
        return null;
    }
}
