using Graft.Artifacts.SafeTensors;
using Graft.Common;
using static TorchSharp.torch;

namespace Graft.Models.Weights;

/// <summary>
/// The weights of a folder in Hugging Face's layout: <c>model.safetensors</c>, or the shards of <c>model.safetensors.index.json</c>,
/// memory-mapped.
/// </summary>
public sealed class Checkpoint : IWeightSource
{
    public const string SingleFile = "model.safetensors";
    public const string IndexFile = "model.safetensors.index.json";

    private readonly List<MappedSafeTensors> _files = [];
    private readonly Dictionary<string, (MappedSafeTensors File, SafeTensorEntry Entry)> _tensors = new(StringComparer.Ordinal);

    private readonly Action<long>? _read;
    private long _bytes;

    private Checkpoint(string folder, Action<long>? read) => (Folder, _read) = (folder, read);

    /// <summary>The folder that was opened.</summary>
    public string Folder { get; }

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>How many bytes the files with a folder's weights have; 0 where there are none.</summary>
    public static long SizeOf(string folder)
    {
        try
        {
            return WeightFiles.Of(folder).Sum(path => new FileInfo(path).Length);
        }
        catch (Exception error) when (error is ModelException || FileFaults.Is(error))
        {
            // Whoever opens them is told what is wrong.
            return 0;
        }
    }

    /// <summary>Opens the weights of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="read">Told how many bytes of weights have been read so far; without it they are read when they are first used.</param>
    /// <exception cref="ModelException">There are none, the index names what is not there, or two shards hold the same tensor.
    /// </exception>
    /// <exception cref="SafeTensorException">A file is damaged.</exception>
    public static Checkpoint Open(string folder, Action<long>? read = null)
    {
        var checkpoint = new Checkpoint(folder, read);
        try
        {
            foreach (var path in WeightFiles.Of(folder))
            {
                checkpoint.Add(path);
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    public void Check(IReadOnlyList<WeightSpec> specs, ScalarType? type)
    {
        foreach (var spec in specs)
        {
            _ = Find(spec);
        }
    }

    public bool AreEqual(string name, string other)
    {
        var ((file, entry), (otherFile, otherEntry)) = (_tensors[name], _tensors[other]);
        return entry.Shape.SequenceEqual(otherEntry.Shape)
            && (entry.Type == otherEntry.Type
                ? file.HasBytesOf(entry, otherFile, otherEntry)
                : AreEqualNumbers(file.View(entry), otherFile.View(otherEntry)));
    }

    public Tensor Load(WeightSpec spec, ScalarType? type, Device device)
    {
        var found = Find(spec);
        if (_read is not null)
        {
            found.File.Fetch(found.Entry, bytes => _read(_bytes + bytes));
            _bytes += found.Entry.ByteCount;
        }

        return Load(found.File.View(found.Entry).DetachFromDisposeScope(), type, device);
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private static Tensor Load(Tensor view, ScalarType? type, Device device)
    {
        if ((type is null || type == view.dtype) && device.type == TorchSharp.DeviceType.CPU)
        {
            return view;
        }

        using (view)
        {
            return view.to(type ?? view.dtype, device).DetachFromDisposeScope();
        }
    }

    private static bool AreEqualNumbers(Tensor one, Tensor other)
    {
        using (one)
        using (other)
        {
            using var difference = one.to(ScalarType.Float32).ne(other.to(ScalarType.Float32)).any();
            return !difference.item<bool>();
        }
    }

    private (MappedSafeTensors File, SafeTensorEntry Entry) Find(WeightSpec spec)
    {
        if (!_tensors.TryGetValue(spec.Name, out var found))
        {
            throw new ModelException($"{Folder}: the checkpoint lacks the tensor '{spec.Name}', which config.json asks for");
        }

        if (!found.Entry.Shape.SequenceEqual(spec.Shape))
        {
            throw new ModelException(
                $"{found.File.Path}: tensor '{spec.Name}' has shape [{string.Join(", ", found.Entry.Shape)}], "
                + $"config.json asks for [{string.Join(", ", spec.Shape)}]");
        }

        return found.Entry.Type is SafeTensorType.F64 or SafeTensorType.F32 or SafeTensorType.F16 or SafeTensorType.BF16
            ? found
            : throw new ModelException(
                $"{found.File.Path}: tensor '{spec.Name}' has the element type {found.Entry.Type}, as quantized weights have; Graft reads "
                + "F64, F32, F16 and BF16: take the model before its quantization");
    }

    private void Add(string path)
    {
        MappedSafeTensors file;
        try
        {
            file = new MappedSafeTensors(path);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            throw new ModelException($"{path}: cannot be read: {error.Message}", error);
        }

        _files.Add(file);
        foreach (var entry in file.Header.Entries)
        {
            if (!_tensors.TryAdd(entry.Name, (file, entry)))
            {
                throw new ModelException($"{file.Path}: tensor '{entry.Name}' is also in {_tensors[entry.Name].File.Path}");
            }
        }
    }
}
