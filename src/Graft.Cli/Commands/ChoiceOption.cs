using System.CommandLine;

namespace Graft.Cli.Commands;

/// <summary>Options that are one of a few words; any other is refused by the option's name.</summary>
public static class ChoiceOption
{
    /// <summary>An option whose default is the first word.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="choices">The words.</param>
    /// <param name="description">What it does.</param>
    /// <param name="aliases">Its other names.</param>
    public static Option<string> Create(string name, IReadOnlyList<string> choices, string description, params string[] aliases)
    {
        var option = new Option<string>(name, aliases)
        {
            Description = description,
            HelpName = string.Join('|', choices),
            DefaultValueFactory = _ => choices[0],
        };
        option.CompletionSources.Add([.. choices]);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [.., var word] && !choices.Contains(word.Value))
            {
                result.AddError($"{name} is {word.Value}; it must be {string.Join(", ", choices.SkipLast(1))} or {choices[^1]}.");
            }
        });
        return option;
    }
}
