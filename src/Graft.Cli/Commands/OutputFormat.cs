using System.CommandLine;

namespace Graft.Cli.Commands;

/// <summary>The option <c>--output text|json</c>, the same for all commands that have it.</summary>
public static class OutputFormat
{
    public static Option<string> Option()
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = "For people (text) or programs (json).",
            DefaultValueFactory = _ => "text",
        };

        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }

    public static bool IsJson(ParseResult parsed, Option<string> option)
    {
        return parsed.GetValue(option) == "json";
    }
}
