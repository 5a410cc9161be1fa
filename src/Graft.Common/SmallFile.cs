using System.Text;

namespace Graft.Common;

/// <summary>Reads files that people write or that are otherwise small; what never ends (<c>/dev/zero</c>) is refused.</summary>
public static class SmallFile
{
    /// <summary>The largest text that is read.</summary>
    public const int MaximumBytes = 16 << 20;

    /// <summary>The text of a file in UTF-8.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger than <see cref="MaximumBytes"/>.</exception>
    public static string ReadText(string path)
    {
        using var stream = Open(path);
        return ReadText(stream, path);
    }

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger than <paramref name="maximumBytes"/>.</exception>
    public static ReadOnlyMemory<byte> ReadBytes(string path, long maximumBytes = MaximumBytes)
    {
        using var stream = Open(path);
        return Read(stream, path, maximumBytes).ToArray();
    }

    /// <summary>The bytes of a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="IOException">It cannot be read, or is larger than <see cref="MaximumBytes"/>.</exception>
    public static ReadOnlyMemory<byte> ReadBytes(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(stream, name, MaximumBytes).ToArray();
    }

    /// <summary>The text of a stream in UTF-8.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="IOException">It cannot be read, or is larger than <see cref="MaximumBytes"/>.</exception>
    public static string ReadText(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var reader = new StreamReader(Read(stream, name, MaximumBytes), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static FileStream Open(string path)
    {
        return Directory.Exists(path)
            ? throw new IOException($"'{path}' is a folder, not a file.")
            : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    private static MemoryStream Read(Stream stream, string name, long maximumBytes)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (stream.Read(buffer) is > 0 and var count)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > maximumBytes)
            {
                throw new IOException($"'{name}' is larger than {maximumBytes >> 20} MiB, and no such file is.");
            }
        }

        bytes.Position = 0;
        return bytes;
    }
}
