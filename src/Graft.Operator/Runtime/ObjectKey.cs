using k8s;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>The name of an object within its kind.</summary>
/// <param name="Namespace">The namespace; empty for a cluster-scoped object.</param>
/// <param name="Name">The name.</param>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    /// <summary>The key of an object.</summary>
    public static ObjectKey Of(IKubernetesObject<V1ObjectMeta> resource)
    {
        return new ObjectKey(resource.Metadata.NamespaceProperty ?? "", resource.Metadata.Name);
    }

    public override string ToString()
    {
        return Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
    }
}
