namespace Graft.Data.Records;

/// <summary>Lines of a file as bytes, so that a line that is not UTF-8 is reported by its number.</summary>
internal static class JsonLines
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>The lines that hold anything but white space, with their numbers from 1.</summary>
    public static IEnumerable<(int Number, ReadOnlyMemory<byte> Line)> Read(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[1 << 16];
        int filled = 0, number = 0;
        var ended = false;
        while (!ended)
        {
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var read = stream.Read(buffer, filled, buffer.Length - filled);
            ended = read == 0;
            filled += read;
            var start = 0;
            while (start < filled)
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

                if (line.Span.ContainsAnyExcept(" \t\r"u8))
                {
                    yield return (number, line);
                }

                start += length + 1;
            }

            start = Math.Min(start, filled);
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
        }
    }
}
