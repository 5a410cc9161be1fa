using System.Text.Json;
using Graft.Artifacts.SafeTensors;
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

    private Checkpoint(string folder) => Folder = folder;

    /// <summary>The folder that was opened.</summary>
    public string Folder { get; }

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Opens the weights of a folder.</summary>
    /// <exception cref="ModelException">There are none, or the index names shards or tensors that are not there.</exception>
    /// <exception cref="SafeTensorException">A file is damaged.</exception>
    public static Checkpoint Open(string folder)
    {
        var checkpoint = new Checkpoint(folder);
        try
        {
            foreach (var path in Files(folder))
            {
                checkpoint.Add(new MappedSafeTensors(path));
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The weight files of a folder: the single file, or the index's shards in order of name.</summary>
    public static IReadOnlyList<string> Files(string folder)
    {
        var index = Path.Combine(folder, IndexFile);
        if (File.Exists(index))
        {
            return Shards(index);
        }

        var single = Path.Combine(folder, SingleFile);
        return File.Exists(single)
            ? [single]
            : throw new ModelException(
                $"{folder}: no {SingleFile} and no {IndexFile}; Graft reads Hugging Face folders with safetensors weights");
    }

    public Tensor Load(WeightSpec spec, ScalarType? type, Device device)
    {
        if (!_tensors.TryGetValue(spec.Name, out var found))
        {
            throw new ModelException($"{Folder}: the checkpoint lacks the tensor '{spec.Name}'");
        }

        if (!found.Entry.Shape.SequenceEqual(spec.Shape))
        {
            throw new ModelException(
                $"{found.File.Path}: tensor '{spec.Name}' has shape [{string.Join(", ", found.Entry.Shape)}], "
                + $"config.json asks for [{string.Join(", ", spec.Shape)}]");
        }

        var view = found.File.View(found.Entry).DetachFromDisposeScope();
        if ((type is null || type == view.dtype) && device.type == TorchSharp.DeviceType.CPU)
        {
            return view;
        }

        using (view)
        {
            return view.to(type ?? view.dtype, device).DetachFromDisposeScope();
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private static List<string> Shards(string index)
    {
        var folder = Path.GetDirectoryName(index)!;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(index));
            var names = document.RootElement.GetProperty("weight_map").EnumerateObject()
                .Select(item => item.Value.GetString() ?? "")
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .ToList();
            foreach (var name in names)
            {
                // A shard lies beside its index; a path would read files that the model does not own.
                if (name.Length == 0 || name != Path.GetFileName(name) || !File.Exists(Path.Combine(folder, name)))
                {
                    throw new ModelException($"{index}: weight_map names the shard '{name}', which is not in {folder}");
                }
            }

            return names.ConvertAll(name => Path.Combine(folder, name));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ModelException($"{index}: not a weight index: {error.Message}", error);
        }
    }

    private void Add(MappedSafeTensors file)
    {
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
