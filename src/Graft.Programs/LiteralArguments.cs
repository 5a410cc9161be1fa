using System.CommandLine;
using System.CommandLine.Help;

namespace Graft.Programs;

/// <summary>
/// Parses arguments so that no value can become anything else: <c>@FILE</c> is a word like others and not a file of words, the word
/// after an option that takes a value is its value whatever it begins with, and after <c>--</c> no word is an option.
/// </summary>
public static class LiteralArguments
{
    /// <summary>Parses the arguments of a program.</summary>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(arguments);
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            // Where a path begins with a slash, one of a single letter is no option.
            help.Aliases.Remove("/h");
            help.Aliases.Remove("/?");
        }

        return root.Parse(AttachValues(root, arguments), new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    /// <summary>Writes <c>--option value</c> as <c>--option=value</c>: the library looks for options in separate words.</summary>
    private static List<string> AttachValues(RootCommand root, IReadOnlyList<string> arguments)
    {
        var attached = new List<string>();
        foreach (var word in CommandWords.Of(root, arguments))
        {
            if (word.Value is { } value)
            {
                AddPair(attached, word.Text, value);
            }
            else
            {
                attached.Add(word.Text);
            }
        }

        return attached;
    }

    private static void AddPair(List<string> attached, string option, string value)
    {
        if (value.Length > 0)
        {
            attached.Add($"{option}={value}");
        }
        else
        {
            // "--option=" means to the library that the value is the next word; the empty word is recognized as a value.
            attached.AddRange([option, ""]);
        }
    }
}
