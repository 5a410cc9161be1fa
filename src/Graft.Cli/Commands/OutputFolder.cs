using System.CommandLine;

namespace Graft.Cli.Commands;

/// <summary>The option <c>--output-dir</c>, <c>-d</c>, of all commands that write a folder; <c>--output</c> is a format.</summary>
public static class OutputFolder
{
    public static Option<string?> Option(string description)
    {
        return new Option<string?>("--output-dir", "-d") { Description = description, HelpName = "DIR" };
    }
}
