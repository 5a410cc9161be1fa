using System.Text;

namespace Graft.Common;

/// <summary>Writes on, with <see cref="VisibleText"/> in place of what a terminal would obey. Lines and tabs stay.</summary>
/// <param name="inner">Where to.</param>
public sealed class VisibleWriter(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        Write(value.ToString());
    }

    public override void Write(char[] buffer, int index, int count)
    {
        Write(new string(buffer, index, count));
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        Write(buffer.ToString());
    }

    public override void Write(string? value)
    {
        inner.Write(VisibleText.Lines(value ?? ""));
    }

    // In one piece: others may write at the same time.
    public override void WriteLine(string? value)
    {
        inner.WriteLine(VisibleText.Lines(value ?? ""));
    }

    public override void Flush()
    {
        inner.Flush();
    }
}
