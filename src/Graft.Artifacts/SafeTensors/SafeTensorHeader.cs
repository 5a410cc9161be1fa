using System.Buffers.Binary;
using Graft.Common;

namespace Graft.Artifacts.SafeTensors;

/// <summary>
/// The header of a safetensors file: 8 bytes little-endian header length, that many bytes of JSON, then the tensors' bytes.
/// Reading is strict: the tensors must tile the data section exactly, so that no byte of the file is unaccounted for.
/// </summary>
public sealed class SafeTensorHeader
{
    /// <summary>
    /// The largest header that is read, of some 300,000 tensors: in memory they take many times its size. The format's own bound is three
    /// times as large.
    /// </summary>
    public const int MaximumHeaderBytes = 32 << 20;

    /// <summary>More than any library makes tensors of.</summary>
    private const int MostDimensions = 64;

    private const string MetadataKey = "__metadata__";
    private readonly Dictionary<string, SafeTensorEntry> _byName;

    private SafeTensorHeader(IReadOnlyList<SafeTensorEntry> entries, IReadOnlyDictionary<string, string> metadata, long dataOffset)
    {
        Entries = entries;
        Metadata = metadata;
        DataOffset = dataOffset;
        _byName = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafeTensorEntry> Entries { get; }

    /// <summary>The file's string metadata; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Where the data section starts in the file.</summary>
    public long DataOffset { get; }

    /// <summary>The entry of a name, or null.</summary>
    public SafeTensorEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads and checks the header of a file without touching its tensors.</summary>
    /// <exception cref="SafeTensorException">The file is damaged or uses an element type Graft does not know.</exception>
    public static SafeTensorHeader Read(string path)
    {
        using var handle = File.OpenHandle(path);
        var fileLength = RandomAccess.GetLength(handle);
        var start = new byte[(int)Math.Min(fileLength, MistakenContent.NeededBytes)];
        if (ReadFully(handle, start, 0) < 8)
        {
            throw new SafeTensorException(
                path, MistakenContent.Describe(start) ?? $"it has {fileLength} bytes, too few for a header length");
        }

        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (headerLength > MaximumHeaderBytes || (long)headerLength > fileLength - 8)
        {
            throw new SafeTensorException(
                path,
                MistakenContent.Describe(start) ?? $"the header length {headerLength} exceeds "
                    + (headerLength > MaximumHeaderBytes ? $"{MaximumHeaderBytes}, the largest that is read" : $"the file ({fileLength} bytes)")
                    + "; download it again");
        }

        var json = new byte[headerLength];
        if (ReadFully(handle, json, 8) < json.Length)
        {
            throw new SafeTensorException(path, "the header is cut off; download it again");
        }

        return Parse(json, fileLength - 8 - json.Length, path);
    }

    /// <summary>
    /// Parses header JSON. <paramref name="dataLength"/> is the number of bytes after it, <paramref name="file"/> names it in errors.
    /// </summary>
    public static SafeTensorHeader Parse(ReadOnlyMemory<byte> json, long dataLength, string file)
    {
        var header = JsonFields.Parse(json, "the header", (message, cause) => new SafeTensorException(file, message, cause));
        var metadata = header.Section(MetadataKey)?.AllTexts() ?? [];
        var entries = header.NamedSections(MetadataKey).Select(tensor => ReadEntry(tensor.Name, tensor.Section)).ToList();
        entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        CheckTiling(entries, dataLength, file);
        return new SafeTensorHeader(entries, metadata, 8 + json.Length);
    }

    private static SafeTensorEntry ReadEntry(string name, JsonFields tensor)
    {
        tensor.Require(
            "dtype",
            SafeTensorTypes.TryParse(tensor.RequiredText("dtype"), out var type),
            string.Join(", ", Enum.GetNames<SafeTensorType>()));
        var (shape, range) = (Sizes(tensor, "shape"), Sizes(tensor, "data_offsets"));
        if (range.Count != 2 || range[0] > range[1])
        {
            throw tensor.Wrong("data_offsets", "[begin, end]");
        }

        var entry = new SafeTensorEntry(name, type, shape, range[0], range[1]);
        long expected;
        try
        {
            expected = checked(entry.ElementCount * type.Size());
        }
        catch (OverflowException)
        {
            throw tensor.Wrong("shape", "of a size that 64 bits hold");
        }

        return entry.ByteCount == expected
            ? entry
            : throw tensor.Fault(
                "data_offsets", $"{type} [{string.Join(", ", shape)}] needs {expected} bytes, the offsets span {entry.ByteCount}");
    }

    private static IReadOnlyList<long> Sizes(JsonFields tensor, string field)
    {
        var sizes = tensor.LongIntegers(field);
        return sizes.Count <= MostDimensions && sizes.All(size => size >= 0)
            ? sizes
            : throw tensor.Wrong(field, $"at most {MostDimensions} whole numbers of at least 0");
    }

    private static void CheckTiling(List<SafeTensorEntry> entries, long dataLength, string file)
    {
        var position = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != position)
            {
                var what = entry.Begin < position ? "overlaps the tensor before it" : "leaves a gap before it";
                throw new SafeTensorException(file, $"tensor '{entry.Name}' begins at {entry.Begin}, which {what} (expected {position})");
            }

            position = entry.End;
        }

        if (position > dataLength)
        {
            throw new SafeTensorException(file, $"the tensors need {position} bytes, the file holds {dataLength}: it is cut off; download it again");
        }

        if (position < dataLength)
        {
            throw new SafeTensorException(file, $"{dataLength - position} bytes follow the last tensor");
        }
    }

    private static int ReadFully(Microsoft.Win32.SafeHandles.SafeFileHandle handle, Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }
}
