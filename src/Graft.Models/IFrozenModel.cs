using System.Text.Json.Nodes;
using Graft.Models.Transformers;
using static TorchSharp.torch;

namespace Graft.Models;

/// <summary>
/// A frozen model of any kind that methods can act on. It holds weights and nothing of a run: what is trained comes in with each pass as
/// <see cref="Hooks.ModelHooks"/>.
/// </summary>
public interface IFrozenModel : IDisposable
{
    /// <summary>The sizes that methods need to make their parameters.</summary>
    TransformerShape Shape { get; }

    /// <summary>The content of config.json.</summary>
    JsonObject Configuration { get; }

    /// <summary>The class of transformers that config.json names, or null.</summary>
    string? Architecture { get; }

    /// <summary>The fields of config.json that the family does not know, and does not compute with.</summary>
    IReadOnlyList<string> UnknownFields { get; }

    /// <summary>The folder config.json came from.</summary>
    string Folder { get; }

    /// <summary>Element type of the computation, and of the weights that are dense.</summary>
    ScalarType ElementType { get; }

    /// <summary>Where the weights are.</summary>
    Device Device { get; }

    /// <summary>
    /// All dense weights by Hugging Face's parameter name, in the stored layout. A tied head has no entry of its own, nor has a linear
    /// layer whose weight is kept in few bits.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> Parameters { get; }

    /// <summary>Every linear layer in the order of the forward pass, a decoder's output head last.</summary>
    IReadOnlyList<LinearSite> LinearSites { get; }

    /// <summary>The names of all modules that own parameters, linear or not (a tied head included).</summary>
    IReadOnlyList<string> Modules { get; }

    /// <summary>The linear layer of a name in <see cref="LinearSites"/>.</summary>
    IFrozenLinear Linear(string name);
}
