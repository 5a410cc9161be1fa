using System.Text;
using Graft.Common;

namespace Graft.Data.Pictures;

/// <summary>A picture in memory.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Rgb">Red, green and blue of each pixel, 0 to 255, row by row.</param>
public sealed record Picture(int Width, int Height, byte[] Rgb);

/// <summary>
/// Reads binary portable pixmaps, Netpbm's <c>P6</c>: <c>P6 WIDTH HEIGHT 255</c>, one white space, and the pixels. Any picture tool
/// writes them (<c>convert picture.png picture.ppm</c>).
/// </summary>
public static class PortablePixmap
{
    private const int LargestSide = 1 << 15;
    private const long LargestFile = 1 << 30;
    private const int LargestHeader = 4096;

    /// <summary>Reads a file.</summary>
    /// <exception cref="DatasetException">It is not there, or no such picture.</exception>
    public static Picture Read(string file)
    {
        try
        {
            return new FileInfo(file).Length <= LargestFile
                ? Parse(File.ReadAllBytes(file), file)
                : throw new DatasetException($"{file}: the picture has more than {LargestFile >> 20} MiB; resize it");
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            throw new DatasetException($"{file}: the picture cannot be read: {error.Message}");
        }
    }

    /// <summary>The size of a file's picture, in pixels; reads no more than the header.</summary>
    /// <exception cref="DatasetException">It is not there, or no such picture.</exception>
    public static (int Width, int Height) Measure(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var head = new byte[LargestHeader];
            var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            var (width, height, _) = Header(head[..read], stream.Length, file);
            return (width, height);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            throw new DatasetException($"{file}: the picture cannot be read: {error.Message}");
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="file">Names the file in errors.</param>
    /// <exception cref="DatasetException">They are no such picture.</exception>
    public static Picture Parse(byte[] bytes, string file)
    {
        var (width, height, pixels) = Header(bytes, bytes.Length, file);
        return new Picture(width, height, bytes.AsSpan(pixels, width * height * 3).ToArray());
    }

    /// <summary>The picture's size, and where its pixels begin.</summary>
    private static (int Width, int Height, int Pixels) Header(byte[] bytes, long length, string file)
    {
        var at = 0;
        if (Word(bytes, ref at) != "P6")
        {
            throw Bad("it does not begin with P6");
        }

        var (width, height, largest) = (Number(), Number(), Number());
        if (width is < 1 or > LargestSide || height is < 1 or > LargestSide || largest != 255)
        {
            throw Bad("its size is not WIDTH HEIGHT 255");
        }

        // One white space ends the header.
        var (pixels, size) = (Math.Max(0, length - at - 1), (long)width * height * 3);
        return pixels >= size && size <= LargestFile
            ? (width, height, at + 1)
            : throw Bad($"it has {pixels} bytes of pixels, {width} × {height} pixels are {size}");

        int Number() => int.TryParse(Word(bytes, ref at), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;

        DatasetException Bad(string why) => new(
            $"{file}: {why}; pictures are read as binary portable pixmaps (P6, 8 bits a color), which `convert IN.png OUT.ppm` writes");
    }

    /// <summary>The next word of the header; comments reach from # to the end of the line.</summary>
    private static string Word(byte[] bytes, ref int at)
    {
        var end = Math.Min(bytes.Length, LargestHeader);
        while (at < end && (IsSpace(bytes[at]) || bytes[at] == '#'))
        {
            if (bytes[at] == '#')
            {
                var line = bytes.AsSpan(at, end - at).IndexOf((byte)'\n');
                at = line < 0 ? end : at + line;
            }
            else
            {
                at++;
            }
        }

        var start = at;
        while (at < end && !IsSpace(bytes[at]))
        {
            at++;
        }

        return Encoding.ASCII.GetString(bytes.AsSpan(start, at - start));
    }

    private static bool IsSpace(byte value) => value is 9 or 10 or 11 or 12 or 13 or 32;
}
