using Graft.Api.Reporting;
using Graft.Common;
using Graft.Programs;
using Spectre.Console;

namespace Graft.Cli.Display;

/// <summary>
/// The two streams that a person reads. Colors and moving displays only on a terminal and without NO_COLOR. Whatever is written here is
/// made visible first (<see cref="VisibleText"/>): specs, records and servers may hold what a terminal would obey.
/// </summary>
public sealed class Terminal
{
    private const int PipedWidth = 120;

    private Terminal(TextWriter output, bool isPlainOutput, TextWriter error, bool isPlainError)
    {
        Out = Create(output, isPlainOutput);
        Error = Create(error, isPlainError);
        ErrorWriter = new VisibleWriter(error);
        IsInteractive = !isPlainOutput;
    }

    /// <summary>Standard output.</summary>
    public IAnsiConsole Out { get; }

    /// <summary>Standard error.</summary>
    public IAnsiConsole Error { get; }

    /// <summary>Standard error, for those who write lines of text.</summary>
    public TextWriter ErrorWriter { get; }

    /// <summary>Whether standard output is a terminal on which a display may move.</summary>
    public bool IsInteractive { get; }

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        var plain = Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Terminal(Console.Out, Console.IsOutputRedirected || plain, Console.Error, Console.IsErrorRedirected || plain);
    }

    /// <summary>A terminal that is none: text without colors goes to these writers.</summary>
    public static Terminal Of(TextWriter output, TextWriter error)
    {
        return new Terminal(output, true, error, true);
    }

    /// <summary>Begins to show on standard error what takes more than a moment.</summary>
    /// <param name="part">What is done, and how much there is of it.</param>
    /// <param name="time">Measures time.</param>
    public ActivityLine Begin(ActivityProgress part, TimeProvider time)
    {
#pragma warning disable RS0030 // What is written is made visible, and a line that is replaced is no rendering.
        return new ActivityLine(Error.Profile.Out.Writer, Error.Profile.Capabilities.Ansi, time, part, Error.Profile.Width);
#pragma warning restore RS0030
    }

    /// <summary>Writes a line to standard output as it is, whatever its length.</summary>
    public void WriteLine(string line)
    {
        Out.WriteWholeLine(line);
    }

    /// <summary>Writes a line to standard error as it is.</summary>
    public void WriteErrorLine(string line)
    {
        Error.WriteWholeLine(line);
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
        console.Pipeline.Attach(new VisibleRendering());
        if (isPlain)
        {
            console.Profile.Width = PipedWidth;
        }

        return console;
    }
}
