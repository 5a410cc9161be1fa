using Spectre.Console;

namespace Graft.Cli.Display;

/// <summary>The two streams that a person reads. Colors and moving displays only on a terminal and without NO_COLOR.</summary>
public sealed class Terminal
{
    private const int PipedWidth = 120;

    private Terminal(IAnsiConsole output, IAnsiConsole error, bool isInteractive)
    {
        Out = output;
        Error = error;
        IsInteractive = isInteractive;
    }

    /// <summary>Standard output.</summary>
    public IAnsiConsole Out { get; }

    /// <summary>Standard error.</summary>
    public IAnsiConsole Error { get; }

    /// <summary>Whether standard output is a terminal on which a display may move.</summary>
    public bool IsInteractive { get; }

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        var plain = Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Terminal(
            Create(Console.Out, Console.IsOutputRedirected || plain),
            Create(Console.Error, Console.IsErrorRedirected || plain),
            !Console.IsOutputRedirected && !plain);
    }

    /// <summary>Writes a line to standard output as it is, whatever its length.</summary>
    public void WriteLine(string line)
    {
        Out.Profile.Out.Writer.WriteLine(line);
    }

    /// <summary>Writes a line to standard error as it is.</summary>
    public void WriteErrorLine(string line)
    {
        Error.Profile.Out.Writer.WriteLine(line);
    }

    private static IAnsiConsole Create(TextWriter writer, bool isPlain)
    {
        // NO_COLOR (no-color.org): set to anything but nothing.
        var noColor = isPlain || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = noColor ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isPlain ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isPlain)
        {
            console.Profile.Width = PipedWidth;
        }

        return console;
    }
}
