using System.IO.MemoryMappedFiles;
using Graft.Artifacts.SafeTensors;
using Graft.Models.Runtime;
using static TorchSharp.torch;

namespace Graft.Models.Weights;

/// <summary>
/// A safetensors file mapped into memory. Views cost no memory of their own: the kernel pages weights in as they are read and shares them
/// between processes. The mapping is copy-on-write, so that nothing can alter the file.
/// </summary>
public sealed unsafe class MappedSafeTensors : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;

    /// <exception cref="SafeTensorException">The file is damaged.</exception>
    public MappedSafeTensors(string path)
    {
        Path = path;
        Header = SafeTensorHeader.Read(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        _file = MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _data = start + _view.PointerOffset + Header.DataOffset;
    }

    /// <summary>The mapped file.</summary>
    public string Path { get; }

    /// <summary>What the file holds.</summary>
    public SafeTensorHeader Header { get; }

    /// <summary>
    /// A tensor over the mapped bytes, valid until <see cref="Dispose"/>. A misaligned tensor of a foreign writer is copied.
    /// </summary>
    public Tensor View(SafeTensorEntry entry)
    {
        var address = _data + entry.Begin;
        var type = TensorFiles.TorchType(entry.Type);
        if ((nuint)address % (nuint)entry.Type.Size() == 0)
        {
            return NativeMemory.View(address, entry.Shape, type);
        }

        var copy = empty(entry.Shape.ToArray(), type);
        Buffer.MemoryCopy(address, NativeMemory.Address(copy), entry.ByteCount, entry.ByteCount);
        return copy;
    }

    /// <summary>
    /// Reads a tensor's bytes from the disk now. Without it the kernel does so when each is first used: in the middle of a computation,
    /// where nobody can say how far that is.
    /// </summary>
    /// <param name="entry">The tensor.</param>
    /// <param name="read">Told now and then how many of its bytes are here.</param>
    public void Fetch(SafeTensorEntry entry, Action<long> read)
    {
        const int Piece = 1 << 24;
        for (var start = 0L; start < entry.ByteCount; start += Piece)
        {
            var end = Math.Min(entry.ByteCount, start + Piece);
            for (var at = start; at < end; at += Environment.SystemPageSize)
            {
                _ = Volatile.Read(ref _data[entry.Begin + at]);
            }

            read(end);
        }
    }

    /// <summary>Whether a tensor has the bytes of another, here or in another file.</summary>
    public bool HasBytesOf(SafeTensorEntry entry, MappedSafeTensors otherFile, SafeTensorEntry other)
    {
        // A span holds no more than two gigabytes.
        const int Piece = 1 << 30;
        var isSame = entry.ByteCount == other.ByteCount;
        for (var at = 0L; isSame && at < entry.ByteCount; at += Piece)
        {
            var length = (int)Math.Min(Piece, entry.ByteCount - at);
            isSame = new ReadOnlySpan<byte>(_data + entry.Begin + at, length)
                .SequenceEqual(new ReadOnlySpan<byte>(otherFile._data + other.Begin + at, length));
        }

        return isSame;
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
