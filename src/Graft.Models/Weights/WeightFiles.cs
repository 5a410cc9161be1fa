using Graft.Common;

namespace Graft.Models.Weights;

/// <summary>
/// The files that hold a folder's weights: the single file, else the shards of an index. Where both are there, the index is what an
/// earlier, larger save has left.
/// </summary>
internal static class WeightFiles
{
    /// <summary>The paths of the files, in order of name.</summary>
    /// <exception cref="ModelException">There are none, or the index names what is not there.</exception>
    public static IReadOnlyList<string> Of(string folder)
    {
        var (single, index) = (Path.Combine(folder, Checkpoint.SingleFile), Path.Combine(folder, Checkpoint.IndexFile));
        return File.Exists(single) ? [single]
            : File.Exists(index) ? Shards(folder, index)
            : throw new ModelException($"{folder}: no {Checkpoint.SingleFile} and no {Checkpoint.IndexFile}{Instead(folder)}; Graft reads "
                + "Hugging Face folders with safetensors weights");
    }

    // Which tensor is in which shard is for those who read single tensors: all shards are read, and their headers say it themselves.
    private static List<string> Shards(string folder, string path)
    {
        var fields = JsonFields.Read(path, (message, cause) => new ModelException(message, cause));
        var places = fields.RequiredSection("weight_map").AllTexts();
        var names = places.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0)
        {
            throw fields.Wrong("weight_map", "an object with a file for each tensor");
        }

        foreach (var name in names)
        {
            // A shard lies beside its index; a path would read files that the model does not own.
            if (name.Length == 0 || name != Path.GetFileName(name) || !File.Exists(Path.Combine(folder, name)))
            {
                throw new ModelException($"{path}: weight_map names the shard '{name}', which is not in {folder}; download it");
            }
        }

        return names.ConvertAll(name => Path.Combine(folder, name));
    }

    /// <summary>What is there in place of the weights, for a message.</summary>
    private static string Instead(string folder)
    {
        var single = new FileInfo(Path.Combine(folder, Checkpoint.SingleFile));
        return Directory.Exists(single.FullName) ? $" ({Checkpoint.SingleFile} is a folder, not a file)"
            : single.LinkTarget is { } target ? $" ({Checkpoint.SingleFile} is a link to '{target}', which is not there)"
            : File.Exists(Path.Combine(folder, "pytorch_model.bin")) || File.Exists(Path.Combine(folder, "pytorch_model.bin.index.json"))
                ? " (pytorch_model.bin is there: save the model as safetensors, as transformers' save_pretrained does)"
            : "";
    }
}
