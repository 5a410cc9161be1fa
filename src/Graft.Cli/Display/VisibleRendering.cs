using Graft.Common;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Graft.Cli.Display;

/// <summary>The last step before anything is drawn: texts of others cannot steer the terminal, while the display itself can.</summary>
internal sealed class VisibleRendering : IRenderHook
{
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables)
    {
        return renderables.Select(inner => new Visible(inner));
    }

    private sealed class Visible(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth)
        {
            return inner.Measure(options, maxWidth);
        }

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            return inner.Render(options, maxWidth).Select(
                segment => segment.IsControlCode || VisibleText.Lines(segment.Text) is var text && text == segment.Text
                    ? segment
                    : new Segment(text, segment.Style));
        }
    }
}

/// <summary>Lines that are written as they are, whatever their length.</summary>
public static class WholeLines
{
    /// <summary>Writes a line that is not broken: people copy it, and programs expect one line each.</summary>
    public static void WriteWholeLine(this IAnsiConsole console, string line)
    {
        ArgumentNullException.ThrowIfNull(console);
#pragma warning disable RS0030 // The one place that writes past the rendering, and does what it does.
        console.Profile.Out.Writer.WriteLine(VisibleText.Lines(line));
#pragma warning restore RS0030
    }
}
