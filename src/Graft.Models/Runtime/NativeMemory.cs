using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Graft.Models.Runtime;

/// <summary>
/// Tensors over memory that libtorch does not own, and the address of a tensor's elements, through libtorch's stable C interface:
/// TorchSharp itself binds neither.
/// </summary>
internal static unsafe partial class NativeMemory
{
    private const string Library = "torch_cpu";

    /// <summary>A CPU tensor that reads <paramref name="data"/> in place, row-major. The memory must outlive the tensor.</summary>
    public static Tensor View(byte* data, IReadOnlyList<long> shape, ScalarType type)
    {
        var rank = shape.Count;
        var sizes = stackalloc long[rank + 1];
        var strides = stackalloc long[rank + 1];
        var stride = 1L;
        for (var i = rank - 1; i >= 0; i--)
        {
            sizes[i] = shape[i];
            strides[i] = stride;
            stride *= shape[i];
        }

        const int CpuDevice = 0;
        const int StridedLayout = 0;
        var status = CreateTensorFromBlob(
            data, rank, sizes, strides, 0, (int)type, CpuDevice, 0, out var handle, StridedLayout, null, 0);
        if (status != 0)
        {
            throw new InvalidOperationException($"libtorch refused a view of {type} [{string.Join(", ", shape)}]");
        }

        return Tensor.UnsafeCreateTensor(handle);
    }

    /// <summary>The address of the first element of a contiguous CPU tensor.</summary>
    public static byte* Address(Tensor tensor)
    {
        if (GetDataPointer(tensor.Handle, out var address) != 0)
        {
            throw new InvalidOperationException("libtorch gave no data pointer");
        }

        return (byte*)address;
    }

    [LibraryImport(Library, EntryPoint = "aoti_torch_create_tensor_from_blob_v2")]
    private static partial int CreateTensorFromBlob(
        void* data, long rank, long* sizes, long* strides, long offset, int type, int deviceType, int deviceIndex, out IntPtr tensor,
        int layout, byte* metadata, long metadataSize);

    [LibraryImport(Library, EntryPoint = "aoti_torch_get_data_ptr")]
    private static partial int GetDataPointer(IntPtr tensor, out IntPtr address);
}
