using System.Diagnostics.CodeAnalysis;
using Graft.Artifacts.SafeTensors;
using Graft.Models.Runtime;
using static TorchSharp.torch;

namespace Graft.Models.Weights;

/// <summary>Saving and loading named tensors as safetensors, and the correspondence of element types.</summary>
public static class TensorFiles
{
    /// <summary>Writes tensors atomically and deterministically; see <see cref="SafeTensorWriter"/>.</summary>
    public static void Save(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafeTensorWriter.Write(
            path,
            tensors.Select(item => new SafeTensorContent(
                item.Key, FormatType(item.Value.dtype), item.Value.shape, stream => WriteElements(item.Value, stream))),
            metadata);
    }

    /// <summary>Reads all tensors of a file into memory of their own, keyed by name. The caller disposes them.</summary>
    public static Dictionary<string, Tensor> Load(string path)
    {
        using var file = new MappedSafeTensors(path);
        return file.Header.Entries.ToDictionary(
            entry => entry.Name,
            entry =>
            {
                using var view = file.View(entry);
                return view.clone().DetachFromDisposeScope();
            },
            StringComparer.Ordinal);
    }

    /// <summary>libtorch's element type for the format's.</summary>
    public static ScalarType TorchType(SafeTensorType type) => type switch
    {
        SafeTensorType.F64 => ScalarType.Float64,
        SafeTensorType.F32 => ScalarType.Float32,
        SafeTensorType.F16 => ScalarType.Float16,
        SafeTensorType.BF16 => ScalarType.BFloat16,
        SafeTensorType.I64 => ScalarType.Int64,
        SafeTensorType.I32 => ScalarType.Int32,
        SafeTensorType.I16 => ScalarType.Int16,
        SafeTensorType.I8 => ScalarType.Int8,
        SafeTensorType.U8 => ScalarType.Byte,
        SafeTensorType.BOOL => ScalarType.Bool,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such safetensors type"),
    };

    /// <summary>The format's element type for libtorch's.</summary>
    public static SafeTensorType FormatType(ScalarType type) => type switch
    {
        ScalarType.Float64 => SafeTensorType.F64,
        ScalarType.Float32 => SafeTensorType.F32,
        ScalarType.Float16 => SafeTensorType.F16,
        ScalarType.BFloat16 => SafeTensorType.BF16,
        ScalarType.Int64 => SafeTensorType.I64,
        ScalarType.Int32 => SafeTensorType.I32,
        ScalarType.Int16 => SafeTensorType.I16,
        ScalarType.Int8 => SafeTensorType.I8,
        ScalarType.Byte => SafeTensorType.U8,
        ScalarType.Bool => SafeTensorType.BOOL,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "safetensors has no such type"),
    };

    [SuppressMessage("Style", "IDE0063", Justification = "The scope bounds the copy's life.")]
    private static unsafe void WriteElements(Tensor tensor, Stream stream)
    {
        const int Chunk = 64 << 20;
        using (NewDisposeScope())
        {
            var plain = tensor.detach().cpu().contiguous();
            var address = NativeMemory.Address(plain);
            var left = plain.numel() * FormatType(plain.dtype).Size();
            while (left > 0)
            {
                var count = (int)Math.Min(left, Chunk);
                stream.Write(new ReadOnlySpan<byte>(address, count));
                address += count;
                left -= count;
            }
        }
    }
}
