namespace Graft.Data.Records;

/// <summary>A line of a file.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Bytes">What it holds; nothing where it is longer than a line may be.</param>
/// <param name="IsTooLong">Whether it is.</param>
public readonly record struct SourceLine(int Number, ReadOnlyMemory<byte> Bytes, bool IsTooLong = false);

/// <summary>Lines of a file as bytes, so that a line that is not UTF-8 is reported by its number.</summary>
public static class JsonLines
{
    /// <summary>The longest line in bytes: what a file of one endless line may cost.</summary>
    public const int Longest = 16 << 20;

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>The lines that hold anything but white space. Their bytes are good until the next one is asked for.</summary>
    public static IEnumerable<SourceLine> Read(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[1 << 16];
        int filled = 0, number = 0;
        bool ended = false, tooLong = false;
        while (!ended)
        {
            if (filled == buffer.Length && filled <= Longest)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
            else if (filled == buffer.Length)
            {
                // The rest of the line is read over.
                (filled, tooLong) = (0, true);
            }

            var read = stream.Read(buffer, filled, buffer.Length - filled);
            ended = read == 0;
            filled += read;
            var start = 0;
            while (start < filled || (tooLong && ended))
            {
                var length = Array.IndexOf(buffer, (byte)'\n', start, filled - start) - start;
                if (length < 0 && !ended)
                {
                    break;
                }

                length = length < 0 ? filled - start : length;
                ReadOnlyMemory<byte> line = buffer.AsMemory(start, length);
                if (++number == 1 && line.Span.StartsWith(ByteOrderMark))
                {
                    line = line[ByteOrderMark.Length..];
                }

                if (tooLong || length > Longest)
                {
                    yield return new SourceLine(number, default, IsTooLong: true);
                }
                else if (line.Span.ContainsAnyExcept(" \t\r"u8))
                {
                    yield return new SourceLine(number, line);
                }

                tooLong = false;
                start += length + 1;
            }

            start = Math.Min(start, filled);
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
        }
    }
}
