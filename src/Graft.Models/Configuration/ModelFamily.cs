using Graft.Models.Transformers;
using Graft.Models.Weights;

namespace Graft.Models.Configuration;

/// <summary>The family of models that a folder's config.json names.</summary>
/// <typeparam name="TModel">A kind of model.</typeparam>
internal sealed class ModelFamily<TModel>
{
    private readonly ModelFolder _folder;
    private readonly Func<ModelFolder, IWeightSource, ModelPlacement, TModel> _create;

    private ModelFamily(ModelFolder folder, Func<ModelFolder, IWeightSource, ModelPlacement, TModel> create)
    {
        (_folder, _create) = (folder, create);
    }

    /// <summary>Finds the family by <c>model_type</c>.</summary>
    /// <exception cref="ModelException">There is none of that name.</exception>
    public static ModelFamily<TModel> Of(
        ModelFolder folder, IReadOnlyDictionary<string, Func<ModelFolder, IWeightSource, ModelPlacement, TModel>> families)
    {
        var type = folder.Fields.Text("model_type");
        return type is not null && families.TryGetValue(type, out var create)
            ? new ModelFamily<TModel>(folder, create)
            : throw new ModelException(
                $"{folder.Fields.Path}: model_type = {type ?? "(missing)"} is not supported; Graft supports {string.Join(", ", families.Keys)}");
    }

    /// <summary>Makes the model over a source of weights, which it owns from here on.</summary>
    /// <exception cref="ModelException">A setting or a weight is not what the family implements.</exception>
    public TModel Create(IWeightSource source, ModelPlacement placement)
    {
        try
        {
            return _create(_folder, source, placement);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}
