using System.Buffers.Binary;
using System.Text.Json;
using Graft.Common;

namespace Graft.Artifacts.SafeTensors;

/// <summary>A tensor to be written: its description and a callback that writes exactly its bytes, row-major and little-endian.</summary>
public sealed record SafeTensorContent(string Name, SafeTensorType Type, IReadOnlyList<long> Shape, Action<Stream> WriteTo);

/// <summary>
/// Writes safetensors files atomically (temporary name, fsync, rename) and deterministically: the same tensors and metadata give the same
/// bytes. Tensors lie in the order of falling element size, then name, which keeps each aligned to its element; the header is padded so
/// that the data section starts at a multiple of 8.
/// </summary>
public static class SafeTensorWriter
{
    /// <summary>The metadata by which PyTorch's readers know a file for theirs.</summary>
    public static readonly IReadOnlyDictionary<string, string> PyTorchMetadata = new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>
    /// Writes <paramref name="tensors"/> to <paramref name="path"/>, replacing a file of that name only when all is on disk.
    /// </summary>
    /// <exception cref="ArgumentException">Two tensors share a name, or a callback wrote another number of bytes than its shape
    /// says.</exception>
    public static void Write(
        string path, IEnumerable<SafeTensorContent> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors.OrderByDescending(t => t.Type.Size()).ThenBy(t => t.Name, StringComparer.Ordinal).ToList();
        var header = Header(ordered, metadata ?? PyTorchMetadata);
        AtomicFile.WriteThrough(path, file =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            file.Write(length);
            file.Write(header);
            foreach (var tensor in ordered)
            {
                var before = file.Position;
                tensor.WriteTo(file);
                var written = file.Position - before;
                if (written != ByteCount(tensor))
                {
                    throw new ArgumentException($"tensor '{tensor.Name}' wrote {written} bytes, its shape says {ByteCount(tensor)}");
                }
            }
        });
    }

    private static byte[] Header(List<SafeTensorContent> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(item => item.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var position = 0L;
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                {
                    throw new ArgumentException($"two tensors are named '{tensor.Name}'");
                }

                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(position);
                position += ByteCount(tensor);
                json.WriteNumberValue(position);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static long ByteCount(SafeTensorContent tensor) =>
        tensor.Shape.Aggregate((long)tensor.Type.Size(), (product, size) => checked(product * size));
}
