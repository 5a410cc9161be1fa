using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Graft.Programs;

/// <summary>A command whose help ends with examples.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does.</param>
/// <param name="examples">Command lines that can be copied, the simplest one first.</param>
#pragma warning disable CA1010 // Commands are enumerable for the sake of their initializers only.
public sealed class ExampleCommand(string name, string description, params IReadOnlyList<string> examples) : Command(name, description)
#pragma warning restore CA1010
{
    /// <summary>Command lines that can be copied.</summary>
    public IReadOnlyList<string> Examples => examples;
}

/// <summary>The library's help, and the command's examples.</summary>
internal sealed class CommandHelp(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    /// <summary>Gives a program's <c>--help</c> the examples.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>().Where(option => option.Action is HelpAction))
        {
            option.Action = new CommandHelp((HelpAction)option.Action!);
        }
    }

    /// <summary>The command <c>help COMMAND</c>, the same as <c>COMMAND --help</c>.</summary>
    public static Command Command(RootCommand root)
    {
        var words = new Argument<string[]>("COMMAND")
        {
            Description = "The command; all of them without it.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        words.Validators.Add(result =>
        {
            var named = CommandWords.Of(root, [.. result.Tokens.Select(token => token.Value)]);
            if (named.FirstOrDefault(word => word.Kind != WordKind.Command) is { } unknown)
            {
                result.AddError(WrongUse.UnknownCommand(unknown));
            }
        });
        var command = new Command("help", "Show how a command is used.") { words };
        command.SetAction((parsed, stop) =>
            LiteralArguments.Parse(root, [.. parsed.GetValue(words) ?? [], "--help"]).InvokeAsync(parsed.InvocationConfiguration, stop));
        return command;
    }

    public override int Invoke(ParseResult parseResult)
    {
        var status = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ExampleCommand { Examples: { Count: > 0 } examples })
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine("  " + example);
            }

            output.WriteLine();
        }

        return status;
    }
}
