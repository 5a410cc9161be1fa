using Graft.Adapters.Peft;
using Graft.Adapters.Targets;
using Graft.Models;
using Graft.Models.Transformers;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters.Lora;

/// <summary>A base parameter that is trained in full beside the low-rank updates.</summary>
/// <param name="ParameterName">The base's parameter that it stands in for.</param>
/// <param name="FileName">Its key in adapter_model.safetensors.</param>
/// <param name="Value">fp32.</param>
internal sealed record TrainedCopy(string ParameterName, string FileName, Parameter Value);

/// <summary>Makes the trained copies that <c>modules_to_save</c> and <c>bias</c> ask for.</summary>
internal static class TrainedCopies
{
    public static IReadOnlyList<TrainedCopy> Make(IFrozenModel model, LoraOptions options, IReadOnlyList<LinearSite> adapted)
    {
        var copies = new Dictionary<string, TrainedCopy>(StringComparer.Ordinal);
        foreach (var module in SavedModules(model, options, adapted))
        {
            foreach (var (name, value) in ParametersOf(model, module))
            {
                copies[name] = new TrainedCopy(name, PeftFolder.KeyPrefix + name, NewParameters.CopyOf(value));
            }
        }

        foreach (var (name, fileName) in Biases(model, options.Bias, adapted))
        {
            copies.TryAdd(name, new TrainedCopy(name, fileName, NewParameters.CopyOf(model.Parameters[name])));
        }

        return copies.Values.OrderBy(copy => copy.FileName, StringComparer.Ordinal).ToList();
    }

    /// <summary>What a copy began as; that of a tied head is the embedding table.</summary>
    public static Tensor Original(IFrozenModel model, TrainedCopy copy) =>
        model.Parameters.GetValueOrDefault(copy.ParameterName) ?? model.Parameters[model.LinearSites[^1].WeightName];

    // PEFT matches these by plain suffix: 'norm' also takes input_layernorm.
    private static IEnumerable<string> SavedModules(IFrozenModel model, LoraOptions options, IReadOnlyList<LinearSite> adapted)
    {
        var adaptedNames = adapted.Select(site => site.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var suffix in options.ModulesToSave)
        {
            var modules = model.Modules.Where(module => module.EndsWith(suffix, StringComparison.Ordinal)).ToList();
            if (modules.Count == 0)
            {
                var leaves = ModuleNames.Leaves(model.Modules);
                throw new AdapterException(
                    $"modulesToSave '{suffix}' matches no module that owns parameters. There are: {NameList.Of(leaves)}");
            }

            if (modules.FirstOrDefault(adaptedNames.Contains) is { } both)
            {
                throw new AdapterException($"'{both}' is both adapted and trained in full (modulesToSave '{suffix}'): choose one");
            }

            foreach (var module in modules)
            {
                yield return module;
            }
        }
    }

    private static IEnumerable<(string Name, Tensor Value)> ParametersOf(IFrozenModel model, string module)
    {
        var head = model.LinearSites[^1];
        if (module == head.Name)
        {
            // A tied head gets a copy of its own: training it must not move the input embeddings.
            return [($"{module}.weight", model.Parameters[head.WeightName])];
        }

        return model.Parameters
            .Where(item => item.Key[..item.Key.LastIndexOf('.')] == module)
            .Select(item => (item.Key, item.Value));
    }

    private static IEnumerable<(string Name, string FileName)> Biases(
        IFrozenModel model, LoraBias bias, IReadOnlyList<LinearSite> adapted)
    {
        if (bias == LoraBias.None)
        {
            yield break;
        }

        var ofAdapted = adapted.Where(site => site.BiasName is not null).ToDictionary(site => site.BiasName!, site => site.Name);
        foreach (var name in model.Parameters.Keys.Where(name => name.EndsWith(".bias", StringComparison.Ordinal)))
        {
            if (ofAdapted.TryGetValue(name, out var module))
            {
                yield return (name, $"{PeftFolder.KeyPrefix}{module}.base_layer.bias");
            }
            else if (bias == LoraBias.All)
            {
                yield return (name, PeftFolder.KeyPrefix + name);
            }
        }
    }
}
