using System.Text.Json.Nodes;
using Graft.Models.Weights;

namespace Graft.Models.Transformers;

/// <summary>A model before its weights are there: everything that follows from config.json.</summary>
/// <param name="Folder">Where config.json was read.</param>
/// <param name="Architecture">Name of the family, for messages.</param>
/// <param name="Configuration">config.json.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Weights">All stored weights.</param>
/// <param name="LinearSites">All linear layers in the order of the forward pass, a decoder's output head last.</param>
/// <param name="MainWeight">The weight whose element type the computation has, e.g. the embedding table.</param>
/// <param name="IsDerived">Whether a checkpoint's tensor can be ignored because it only repeats or follows from others.</param>
internal sealed record ModelDescription(
    string Folder,
    string Architecture,
    JsonObject Configuration,
    TransformerShape Shape,
    IReadOnlyList<WeightSpec> Weights,
    IReadOnlyList<LinearSite> LinearSites,
    string MainWeight,
    Func<string, bool> IsDerived);
