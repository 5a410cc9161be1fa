using System.Text.Json.Nodes;
using Graft.Models.Decoder;
using Graft.Models.Hooks;
using static TorchSharp.torch;

namespace Graft.Models;

/// <summary>
/// A frozen decoder-only language model. It holds weights and nothing of a run: what is trained comes in with each call as
/// <see cref="ModelHooks"/>. Tensors it returns belong to the caller's dispose scope.
/// </summary>
public interface ICausalLanguageModel : IDisposable
{
    /// <summary>The sizes that methods need to make their parameters.</summary>
    DecoderShape Shape { get; }

    /// <summary>The content of config.json.</summary>
    JsonObject Configuration { get; }

    /// <summary>The folder config.json came from.</summary>
    string Folder { get; }

    /// <summary>Element type of the weights and of the computation.</summary>
    ScalarType ElementType { get; }

    /// <summary>Where the weights are.</summary>
    Device Device { get; }

    /// <summary>All frozen weights by Hugging Face's parameter name, in the stored layout. A tied head has no entry of its own.</summary>
    IReadOnlyDictionary<string, Tensor> Parameters { get; }

    /// <summary>Every linear layer, in the order of the forward pass, the output head last.</summary>
    IReadOnlyList<LinearSite> LinearSites { get; }

    /// <summary>The names of all modules that own parameters, linear or not (a tied head included).</summary>
    IReadOnlyList<string> Modules { get; }

    /// <summary>Runs the decoder: hidden states after the final norm, [B, T, hidden].</summary>
    /// <param name="batch">Token ids or embeddings, positions, segments.</param>
    /// <param name="hooks">What differs from the frozen model; null for nothing.</param>
    /// <param name="cache">Keys and values of earlier positions; the batch continues them and is added to them.</param>
    Tensor Hidden(TokenBatch batch, ModelHooks? hooks = null, KeyValueCache? cache = null);

    /// <summary>Applies the output head to hidden rows [..., hidden] → [..., vocabulary]: only the rows whose logits are wanted.</summary>
    Tensor Logits(Tensor hidden, ModelHooks? hooks = null);

    /// <summary>The frozen input embeddings of ids [B, T] → [B, T, hidden].</summary>
    Tensor Embed(Tensor inputIds, ModelHooks? hooks = null);
}
