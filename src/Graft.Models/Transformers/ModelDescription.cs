using Graft.Models.Configuration;
using Graft.Models.Weights;

namespace Graft.Models.Transformers;

/// <summary>A model before its weights are there: everything that follows from config.json.</summary>
/// <param name="Folder">The folder with its config.json.</param>
/// <param name="Architecture">Name of the family, for messages.</param>
/// <param name="UnknownFields">The fields of config.json that the family does not know.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Weights">All stored weights.</param>
/// <param name="LinearSites">All linear layers in the order of the forward pass, a decoder's output head last.</param>
/// <param name="MainWeight">The weight whose element type the computation has, e.g. the embedding table.</param>
/// <param name="IsDerived">Whether a checkpoint's tensor can be ignored because it follows from config.json.</param>
/// <param name="Repeats">Tensors that a checkpoint may hold although they are others over again, and those others.</param>
internal sealed record ModelDescription(
    ModelFolder Folder,
    string Architecture,
    IReadOnlyList<string> UnknownFields,
    TransformerShape Shape,
    IReadOnlyList<WeightSpec> Weights,
    IReadOnlyList<LinearSite> LinearSites,
    string MainWeight,
    Func<string, bool> IsDerived,
    IReadOnlyList<(string Name, string Of)> Repeats);
