using System.Text.Json.Nodes;
using Graft.Adapters.Peft;
using Graft.Api.Methods;
using Graft.Models;
using Graft.Models.Hooks;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters.PromptTuning;

/// <summary>A soft prompt on a language model: vectors [n, hidden] in front of the input.</summary>
public sealed class PromptTuningAdapter : IAdapter, IVirtualTokens
{
    /// <summary>What PEFT calls the parameter; its file calls it otherwise.</summary>
    internal const string ParameterName = "prompt_encoder.embedding.weight";

    private readonly ICausalLanguageModel _model;
    private readonly PromptTuningSpec? _options;
    private readonly JsonObject? _original;
    private readonly Parameter _vectors;
    private readonly Tensor _initial;

    /// <param name="model">The frozen model.</param>
    /// <param name="vectors">The start, [n, hidden].</param>
    /// <param name="options">How it came about; null for one that was loaded.</param>
    /// <param name="original">The configuration that it was loaded with, if it was.</param>
    internal PromptTuningAdapter(
        ICausalLanguageModel model, Tensor vectors, PromptTuningSpec? options, JsonObject? original = null)
    {
        (_model, _options, _original) = (model, options, original);
        _vectors = NewParameters.CopyOf(vectors, model.Device);
        _initial = _vectors.detach().clone().DetachFromDisposeScope();
        Trainable = [new TrainableParameter(ParameterName, _vectors)];
        State = Trainable.ByName();
        Hooks = new ModelHooks { VirtualTokens = [this] };
    }

    public IReadOnlyList<TrainableParameter> Trainable { get; }

    public IReadOnlyDictionary<string, Tensor> State { get; }

    public ModelHooks Hooks { get; }

    public ModelHooks TrainingHooks => Hooks;

    public bool IsUntrained => NewParameters.AreEqual(_vectors, _initial);

    public bool BeginsAsBase => false;

    public bool IsMergeable => false;

    int IVirtualTokens.Count => (int)_vectors.shape[0];

    /// <summary>Loads a PEFT folder onto a model.</summary>
    /// <exception cref="AdapterException">The configuration asks for what Graft does not implement, or the tensor does not fit
    /// it.</exception>
    public static PromptTuningAdapter Load(string folder, IFrozenModel model)
    {
        var decoder = PromptTuningMethod.LanguageModel(model);
        var width = model.Shape.HiddenSize;
        var (count, _, original) = PeftPromptConfiguration.Read(Path.Combine(folder, PeftFolder.ConfigurationFile), width);
        using var empty = zeros(count, width);
        var adapter = new PromptTuningAdapter(decoder, empty, options: null, original);
        return PeftFolder.Filled(
            adapter, folder, stored: new Dictionary<string, Tensor> { [PeftPromptConfiguration.Tensor] = adapter._vectors });
    }

    Tensor IVirtualTokens.Vectors(ForwardContext context) => _vectors;

    public IReadOnlyDictionary<string, Tensor> Merge()
    {
        throw new AdapterException("a soft prompt cannot be merged: it is no change of any weight");
    }

    public IReadOnlyList<string> Save(string folder, string? baseModel = null)
    {
        var (count, width) = (_vectors.shape[0], _vectors.shape[1]);
        var json = PeftPromptConfiguration.Write(
            "PROMPT_TUNING", (int)count, (int)width, _model.Shape.Heads, _model, baseModel, _original);
        if (_options is { } options)
        {
            var fromText = options.Initialization == "text";
            json["prompt_tuning_init"] = fromText ? "TEXT" : options.Initialization == "random" ? "RANDOM" : "SAMPLE_VOCAB";
            json["prompt_tuning_init_text"] = options.Text;
            json["tokenizer_kwargs"] = null;
            // PEFT refuses a start from text without a tokenizer, although it loads the trained vectors and uses none.
            json["tokenizer_name_or_path"] = fromText ? baseModel ?? Path.GetFileName(_model.Folder) : null;
        }

        return PeftFolder.Write(folder, json, new Dictionary<string, Tensor> { [PeftPromptConfiguration.Tensor] = _vectors });
    }

    public void Dispose()
    {
        _vectors.Dispose();
        _initial.Dispose();
    }
}
