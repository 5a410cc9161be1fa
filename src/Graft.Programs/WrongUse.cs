using System.CommandLine;
using System.CommandLine.Parsing;
using Graft.Common;

namespace Graft.Programs;

/// <summary>What is wrong with a command line, in sentences, with what was probably meant.</summary>
public static class WrongUse
{
    /// <summary>The mistakes; none where the command can be carried out, or where help is asked for.</summary>
    /// <param name="root">The program's commands.</param>
    /// <param name="arguments">The arguments as they were typed.</param>
    /// <param name="parsed">The arguments as they were read.</param>
    public static IReadOnlyList<string> Of(RootCommand root, IReadOnlyList<string> arguments, ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        if (parsed.Action is { ClearsParseErrors: true })
        {
            return [];
        }

        var words = CommandWords.Of(root, arguments).ToList();
        var unknown = words.Where(word => word.Kind == WordKind.UnknownOption).Select(word => UnknownOption(root, word)).ToList();
        var command = parsed.CommandResult.Command;
        if (unknown.Count == 0 && command.Subcommands.Count > 0
            && words.FirstOrDefault(word => word.Kind is WordKind.Argument or WordKind.Literal) is { } name)
        {
            unknown.Add(UnknownCommand(name));
        }

        // What else is wrong follows from those.
        return unknown.Count > 0 ? unknown : [.. Missing(parsed), .. Others(parsed)];
    }

    /// <summary>A command and the commands that it is in, without the program: <c>image push</c>.</summary>
    public static string PathOf(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        var names = new Stack<string>();
        for (var at = parsed.CommandResult; at?.Command is not (null or RootCommand); at = at.Parent as CommandResult)
        {
            names.Push(at.Command.Name);
        }

        return string.Join(' ', names);
    }

    private static string UnknownOption(RootCommand root, CommandWord word)
    {
        var name = word.Text.Split('=', ':')[0];
        var known = CommandWords.OptionNames(root, word.Command).Where(option => option.StartsWith("--", StringComparison.Ordinal));
        return $"There is no option {name}{Meant(name, known)}";
    }

    /// <summary>That a word is no command.</summary>
    internal static string UnknownCommand(CommandWord word)
    {
        return $"There is no command '{word.Text}'{Meant(word.Text, word.Command.Subcommands.Select(command => command.Name))}";
    }

    private static string Meant(string wrong, IEnumerable<string> known)
    {
        return NearestName.Find(wrong, known) is { } near ? $"; did you mean {near}?" : ".";
    }

    private static IEnumerable<string> Missing(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        foreach (var argument in command.Arguments.Where(
            argument => argument.Arity.MinimumNumberOfValues > (parsed.GetResult(argument)?.Tokens.Count ?? 0)))
        {
            yield return $"{argument.Name} is missing: {argument.Description}";
        }

        foreach (var option in command.Options)
        {
            if (parsed.GetResult(option) is not { Implicit: false } given)
            {
                if (option.Required)
                {
                    yield return $"{Usage(option)} is missing: {option.Description}";
                }
            }
            else if (given.Tokens.Count < option.Arity.MinimumNumberOfValues)
            {
                yield return $"{option.Name} needs a value, {Usage(option)}: {option.Description}";
            }
        }
    }

    private static IEnumerable<string> Others(ParseResult parsed)
    {
        foreach (var word in parsed.UnmatchedTokens)
        {
            yield return $"'{word}' is one argument too many.";
        }

        foreach (var error in parsed.Errors)
        {
            switch (error.SymbolResult)
            {
                case OptionResult { Tokens: [.., var value] } given when IsFlag(given.Option):
                    yield return $"'{value.Value}' is no value of {given.Option.Name}: it is true or false.";
                    break;
                case OptionResult { Tokens.Count: > 0 }:
                case ArgumentResult { Tokens.Count: > 0 }:
                    yield return error.Message;
                    break;
                default:
                    // Missing or superfluous words, which are named above.
                    break;
            }
        }
    }

    private static bool IsFlag(Option option) => (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) == typeof(bool);

    private static string Usage(Option option) => option.HelpName is { } name ? $"{option.Name} {name}" : option.Name;
}
