using System.Reflection;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;
using k8s;
using k8s.Models;

namespace Graft.Api.Schema;

/// <summary>One of Graft's kinds: its names, its C# type and its schema.</summary>
public sealed class ResourceKind
{
    private readonly Lazy<SchemaNode> _specSchema;

    private ResourceKind(Type type, Func<string, IKubernetesObject<V1ObjectMeta>> read)
    {
        var names = type.GetCustomAttribute<CustomResourceAttribute>()!;
        Type = type;
        Kind = names.Kind;
        Plural = names.Plural;
        ShortName = names.ShortName;
        Read = read;
        _specSchema = new(() => new SchemaBuilder(Descriptions.None).Build(SpecType));
    }

    /// <summary>All kinds, in the order in which a person meets them.</summary>
    public static IReadOnlyList<ResourceKind> All { get; } =
    [
        Of<AdapterTrainingRun>(), Of<BaseModel>(), Of<TrainingDataset>(), Of<ProjectionPretrain>(), Of<AdapterSweep>(),
    ];

    /// <summary>The C# type.</summary>
    public Type Type { get; }

    /// <summary>The kind, such as <c>BaseModel</c>.</summary>
    public string Kind { get; }

    /// <summary>The name in URLs, such as <c>basemodels</c>.</summary>
    public string Plural { get; }

    /// <summary>The short name, such as <c>bm</c>.</summary>
    public string ShortName { get; }

    /// <summary>The C# type of its spec.</summary>
    public Type SpecType => Type.GetProperty("Spec")!.PropertyType;

    /// <summary>The C# type of its status.</summary>
    public Type StatusType => Type.GetProperty("Status")!.PropertyType;

    /// <summary>Whether the operator and the command line carry it out, as a run or as what a run names.</summary>
    public bool IsServed => RunKinds.Find(Type) is not null || typeof(IInputResource).IsAssignableFrom(Type);

    /// <summary>The spec's schema, without descriptions.</summary>
    public SchemaNode SpecSchema => _specSchema.Value;

    /// <summary>Reads a resource of this kind from JSON.</summary>
    public Func<string, IKubernetesObject<V1ObjectMeta>> Read { get; }

    /// <summary>The kind of a C# type.</summary>
    public static ResourceKind For(Type type)
    {
        return All.First(kind => kind.Type == type);
    }

    private static ResourceKind Of<T>()
        where T : IKubernetesObject<V1ObjectMeta>
    {
        return new ResourceKind(typeof(T), json => KubernetesJson.Deserialize<T>(json));
    }
}
