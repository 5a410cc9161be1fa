using System.CommandLine;

namespace Graft.Cli.Commands;

/// <summary>The option <c>--output text|json</c>, the same for all commands that have it.</summary>
public static class OutputFormat
{
    public static Option<string> Option()
    {
        return ChoiceOption.Create("--output", ["text", "json"], "For people (text) or programs (json).", "-o");
    }

    public static bool IsJson(ParseResult parsed, Option<string> option)
    {
        return parsed.GetValue(option) == "json";
    }
}
