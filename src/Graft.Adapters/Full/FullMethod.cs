using System.Text.Json;
using Graft.Models;
using Graft.Models.Hooks;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Adapters.Full;

/// <summary>Trains every weight, for small models from scratch. The result is a whole model in Hugging Face's layout.</summary>
public sealed class FullMethod : IAdapterMethod
{
    public string Name => "full";

    /// <summary>Starts from fp32 copies of the model's weights, whatever drew or loaded them; the seed decides nothing here.</summary>
    public IAdapter Attach(IFrozenModel model, AdapterStart start) => new FullAdapter(model);
}

/// <summary>Trained fp32 copies of all parameters of a model.</summary>
public sealed class FullAdapter : IAdapter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly string[] TokenizerFiles =
        ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "tokenizer.model", "vocab.json",
            "merges.txt"];

    private readonly IFrozenModel _model;

    internal FullAdapter(IFrozenModel model)
    {
        _model = model;
        Trainable = model.Parameters
            .OrderBy(item => item.Key, StringComparer.Ordinal)
            .Select(item => new TrainableParameter(item.Key, NewParameters.CopyOf(item.Value)))
            .ToList();
        State = Trainable.ByName();
        Hooks = new ModelHooks { Weights = State };
    }

    public IReadOnlyList<TrainableParameter> Trainable { get; }

    public IReadOnlyDictionary<string, Tensor> State { get; }

    public ModelHooks Hooks { get; }

    public ModelHooks TrainingHooks => Hooks;

    public bool IsUntrained => _model.Parameters.All(entry => NewParameters.AreEqual(State[entry.Key], entry.Value));

    public IReadOnlyDictionary<string, Tensor> Merge() => State.ToDictionary(
        item => item.Key, item => item.Value.detach().to(_model.ElementType, copy: true), StringComparer.Ordinal);

    /// <summary>Writes config.json, model.safetensors and the tokenizer files of the folder that the model came from.</summary>
    public IReadOnlyList<string> Save(string folder, string? baseModel = null)
    {
        var configuration = _model.Configuration.DeepClone().AsObject();
        // transformers 5 reads dtype, version 4 torch_dtype; each ignores the other.
        configuration["dtype"] = "float32";
        configuration["torch_dtype"] = "float32";
        File.WriteAllText(Path.Combine(folder, "config.json"), configuration.ToJsonString(Indented) + "\n");
        TensorFiles.Save(Path.Combine(folder, Checkpoint.SingleFile), State);
        var written = new List<string> { "config.json", Checkpoint.SingleFile };
        foreach (var file in TokenizerFiles.Where(file => File.Exists(Path.Combine(_model.Folder, file))))
        {
            var target = Path.Combine(folder, file);
            if (Path.GetFullPath(target) != Path.GetFullPath(Path.Combine(_model.Folder, file)))
            {
                File.Copy(Path.Combine(_model.Folder, file), target, overwrite: true);
            }

            written.Add(file);
        }

        return written;
    }

    public void Dispose()
    {
        foreach (var parameter in Trainable)
        {
            parameter.Value.Dispose();
        }
    }
}
