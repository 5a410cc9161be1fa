using Graft.Api.Methods;
using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Tests;

/// <summary>Resources that say what they must and no more; a test adds what it is about.</summary>
internal static class Resources
{
    /// <summary>A model whose files come with Graft.</summary>
    public static BaseModel Model(string name = "tiny", string? @namespace = null) => new()
    {
        Metadata = Metadata(name, @namespace),
        Spec = new BaseModelSpec { Source = Builtin(name) },
    };

    /// <summary>A data set whose files come with Graft.</summary>
    public static TrainingDataset Dataset(string name = "words", string? @namespace = null, string? format = null) => new()
    {
        Metadata = Metadata(name, @namespace),
        Spec = new TrainingDatasetSpec { Source = Builtin(name), Format = format },
    };

    /// <summary>A run of a LoRA adapter on <see cref="Model"/> and <see cref="Dataset"/>.</summary>
    public static AdapterTrainingRun Run(string name, string? @namespace = null, int rank = 4, MethodSpec? method = null) => new()
    {
        Metadata = Metadata(name, @namespace),
        Spec = new AdapterTrainingRunSpec
        {
            BaseModelRef = new LocalReference { Name = "tiny" },
            Method = method ?? new MethodSpec { Lora = new LoraSpec { Rank = rank } },
            Data = new DataSpec { DatasetRef = new LocalReference { Name = "words" } },
        },
    };

    private static FileSource Builtin(string name) => new() { Builtin = new BuiltinSource { Name = name } };

    private static V1ObjectMeta Metadata(string name, string? @namespace) => new() { Name = name, NamespaceProperty = @namespace };
}
