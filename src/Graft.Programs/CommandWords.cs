using System.CommandLine;

namespace Graft.Programs;

/// <summary>What a word of a command line is.</summary>
internal enum WordKind
{
    /// <summary>The name of a command.</summary>
    Command,

    /// <summary>An option, with its value where one follows.</summary>
    Option,

    /// <summary>A word that looks like an option and is none.</summary>
    UnknownOption,

    /// <summary>Any other word.</summary>
    Argument,

    /// <summary><c>--</c> or a word behind it.</summary>
    Literal,
}

/// <summary>A word of a command line.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Command">The command that it belongs to.</param>
/// <param name="Text">The word; an option without its value.</param>
/// <param name="Value">The value of an option that was given one; else null.</param>
internal sealed record CommandWord(WordKind Kind, Command Command, string Text, string? Value = null);

/// <summary>Tells the words of a command line apart: the word after an option that takes a value is its value.</summary>
internal static class CommandWords
{
    /// <summary>The words in their order.</summary>
    public static IEnumerable<CommandWord> Of(RootCommand root, IReadOnlyList<string> arguments)
    {
        Command command = root;
        for (var i = 0; i < arguments.Count; i++)
        {
            var word = arguments[i];
            if (word == "--")
            {
                foreach (var literal in arguments.Skip(i))
                {
                    yield return new CommandWord(WordKind.Literal, command, literal);
                }

                yield break;
            }

            if (command.Subcommands.FirstOrDefault(inner => inner.Name == word || inner.Aliases.Contains(word)) is { } found)
            {
                command = found;
                yield return new CommandWord(WordKind.Command, command, word);
            }
            else if (TakesValue(root, command, word) && i + 1 < arguments.Count)
            {
                yield return new CommandWord(WordKind.Option, command, word, arguments[++i]);
            }
            else if (word.Length > 1 && word[^1] is '=' or ':' && TakesValue(root, command, word[..^1]))
            {
                yield return new CommandWord(WordKind.Option, command, word[..^1], "");
            }
            else
            {
                yield return new CommandWord(KindOf(root, command, word), command, word);
            }
        }
    }

    /// <summary>The names of the options that a command takes, those of all commands among them.</summary>
    public static IEnumerable<string> OptionNames(RootCommand root, Command command)
    {
        return Options(root, command).SelectMany(Names);
    }

    private static WordKind KindOf(RootCommand root, Command command, string word)
    {
        if (word.Length < 2 || word[0] != '-')
        {
            return WordKind.Argument;
        }

        var name = word.Split('=', ':')[0];
        return OptionNames(root, command).Contains(name) || IsBundle(root, command, word) ? WordKind.Option : WordKind.UnknownOption;
    }

    /// <summary>Whether a word is several options of one letter, <c>-fv</c>, or one with its value, <c>-oTEXT</c>.</summary>
    private static bool IsBundle(RootCommand root, Command command, string word)
    {
        return word[1] != '-'
            && (TakesValue(root, command, word[..2]) || word[1..].All(letter => OptionNames(root, command).Contains($"-{letter}")));
    }

    private static bool TakesValue(RootCommand root, Command command, string word)
    {
        return Options(root, command).Any(option => option.Arity.MinimumNumberOfValues > 0 && Names(option).Contains(word));
    }

    private static IEnumerable<Option> Options(RootCommand root, Command command)
    {
        return command.Options.Concat(root.Options.Where(option => option.Recursive));
    }

    private static IEnumerable<string> Names(Option option)
    {
        return option.Aliases.Prepend(option.Name);
    }
}
