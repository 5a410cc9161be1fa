using Graft.Api.Methods;
using Graft.Models;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Adapters.PromptTuning;

/// <summary>Prompt tuning (Lester et al. 2021, arXiv:2104.08691): learned vectors in front of the input embeddings.</summary>
public sealed class PromptTuningMethod(PromptTuningSpec spec) : IAdapterMethod
{
    public string Name => "promptTuning";

    public IAdapter Attach(IFrozenModel model, AdapterStart start)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(RandomWeights.SeedOf(start.Seed, PromptTuningAdapter.ParameterName), CPU);
        var decoder = LanguageModel(model);
        var vectors = spec.Initialization switch
        {
            "random" => randn([spec.VirtualTokens, model.Shape.HiddenSize], ScalarType.Float32, generator: generator),
            "text" => Embedded(decoder, Repeated(Tokens(start))),
            _ => decoder.Embed(
                randint(decoder.VocabularySize, [1, spec.VirtualTokens], ScalarType.Int64, model.Device, generator: generator))[0],
        };
        return new PromptTuningAdapter(decoder, vectors, spec);
    }

    /// <summary>The model, which must have words to stand in front of.</summary>
    /// <exception cref="AdapterException">It is an encoder.</exception>
    internal static ICausalLanguageModel LanguageModel(IFrozenModel model) => model as ICausalLanguageModel
        ?? throw new AdapterException($"promptTuning needs a language model; {model.Folder} is an encoder");

    private static Tensor Embedded(ICausalLanguageModel model, long[] ids) =>
        model.Embed(tensor(ids, device: model.Device).unsqueeze(0))[0];

    private IReadOnlyList<long> Tokens(AdapterStart start)
    {
        var tokenize = start.Tokenize ?? throw new AdapterException("initialization text needs the model's tokenizer, and there is none");
        var tokens = tokenize(spec.Text!);
        return tokens.Count > 0
            ? tokens
            : throw new AdapterException("text: the tokenizer makes no token of it; write words to begin from");
    }

    private long[] Repeated(IReadOnlyList<long> tokens) =>
        [.. Enumerable.Range(0, spec.VirtualTokens).Select(i => tokens[i % tokens.Count])];
}
