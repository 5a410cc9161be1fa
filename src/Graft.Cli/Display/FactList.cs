using Spectre.Console;

namespace Graft.Cli.Display;

/// <summary>
/// Labels and values in two columns. Values are never broken over lines: paths and digests are copied from the terminal.
/// </summary>
public sealed class FactList
{
    private readonly List<(string Label, string Value)> _facts = [];

    public void Add(string label, string value)
    {
        _facts.Add((label, value));
    }

    public void Write(IAnsiConsole console)
    {
        var width = _facts.Select(fact => fact.Label.Length).DefaultIfEmpty().Max();
        foreach (var (label, value) in _facts)
        {
            console.MarkupInterpolated($"[bold]{label}[/]");
            console.WriteWholeLine(new string(' ', width - label.Length + 2) + value);
        }
    }
}
