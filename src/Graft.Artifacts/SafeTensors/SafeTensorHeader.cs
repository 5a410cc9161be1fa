using System.Buffers.Binary;
using System.Text.Json;

namespace Graft.Artifacts.SafeTensors;

/// <summary>
/// The header of a safetensors file: 8 bytes little-endian header length, that many bytes of JSON, then the tensors' bytes.
/// Reading is strict: the tensors must tile the data section exactly, so that no byte of the file is unaccounted for.
/// </summary>
public sealed class SafeTensorHeader
{
    /// <summary>The format's own bound; a larger length is a damaged or hostile file.</summary>
    public const int MaximumHeaderBytes = 100_000_000;

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
        Span<byte> prefix = stackalloc byte[8];
        if (fileLength < 8 || ReadFully(handle, prefix, 0) < 8)
        {
            throw new SafeTensorException(path, $"it has {fileLength} bytes, too few for a header length");
        }

        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > MaximumHeaderBytes || (long)headerLength > fileLength - 8)
        {
            throw new SafeTensorException(
                path, $"the header length {headerLength} exceeds the file ({fileLength} bytes) or the format's bound");
        }

        var json = new byte[headerLength];
        if (ReadFully(handle, json, 8) < json.Length)
        {
            throw new SafeTensorException(path, "the header is cut off");
        }

        return Parse(json, fileLength - 8 - json.Length, path);
    }

    /// <summary>
    /// Parses header JSON. <paramref name="dataLength"/> is the number of bytes after it, <paramref name="file"/> names it in errors.
    /// </summary>
    public static SafeTensorHeader Parse(ReadOnlyMemory<byte> json, long dataLength, string file)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException error)
        {
            throw new SafeTensorException(file, $"the header is not JSON ({error.Message})", error);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new SafeTensorException(file, "the header is not a JSON object");
            }

            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            var entries = new List<SafeTensorEntry>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                {
                    throw new SafeTensorException(file, $"the name '{property.Name}' occurs twice");
                }

                if (property.Name == MetadataKey)
                {
                    ReadMetadata(property.Value, metadata, file);
                }
                else
                {
                    entries.Add(ReadEntry(property, file));
                }
            }

            entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
            CheckTiling(entries, dataLength, file);
            return new SafeTensorHeader(entries, metadata, 8 + json.Length);
        }
    }

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata, string file)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new SafeTensorException(file, $"{MetadataKey} is not an object of strings");
        }

        foreach (var item in element.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String)
            {
                throw new SafeTensorException(file, $"{MetadataKey}.{item.Name} is not a string");
            }

            metadata[item.Name] = item.Value.GetString()!;
        }
    }

    private static SafeTensorEntry ReadEntry(JsonProperty property, string file)
    {
        var name = property.Name;
        var value = property.Value;
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shape)
            || !value.TryGetProperty("data_offsets", out var offsets))
        {
            throw new SafeTensorException(file, $"tensor '{name}' lacks dtype, shape or data_offsets");
        }

        if (!SafeTensorTypes.TryParse(dtype.GetString()!, out var type))
        {
            var known = string.Join(", ", Enum.GetNames<SafeTensorType>());
            throw new SafeTensorException(file, $"tensor '{name}' has the unknown dtype '{dtype.GetString()}' (known: {known})");
        }

        var sizes = ReadIntegers(shape, file, name, "shape");
        var range = ReadIntegers(offsets, file, name, "data_offsets");
        if (range.Length != 2)
        {
            throw new SafeTensorException(file, $"tensor '{name}': data_offsets must be [begin, end]");
        }

        var entry = new SafeTensorEntry(name, type, sizes, range[0], range[1]);
        long expected;
        try
        {
            expected = checked(entry.ElementCount * type.Size());
        }
        catch (OverflowException error)
        {
            throw new SafeTensorException(file, $"tensor '{name}': the shape [{string.Join(", ", sizes)}] overflows", error);
        }

        if (entry.ByteCount != expected)
        {
            throw new SafeTensorException(
                file, $"tensor '{name}': {type} [{string.Join(", ", sizes)}] needs {expected} bytes, data_offsets span {entry.ByteCount}");
        }

        return entry;
    }

    private static long[] ReadIntegers(JsonElement element, string file, string tensor, string field)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw new SafeTensorException(file, $"tensor '{tensor}': {field} is not an array");
        }

        var numbers = new long[element.GetArrayLength()];
        var i = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i]) || numbers[i] < 0)
            {
                throw new SafeTensorException(file, $"tensor '{tensor}': {field}[{i}] is not a non-negative integer");
            }

            i++;
        }

        return numbers;
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
            throw new SafeTensorException(file, $"the tensors need {position} bytes, the file holds {dataLength}: it is cut off");
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
