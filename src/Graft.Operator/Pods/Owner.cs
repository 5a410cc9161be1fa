using Graft.Operator.Runtime;
using k8s;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>Who owns what: everything in the cluster goes with its owner, by the cluster's own garbage collector.</summary>
public static class Owner
{
    /// <summary>The reference that makes a resource the owner of what is created for it.</summary>
    public static V1OwnerReference Reference(IKubernetesObject<V1ObjectMeta> resource)
    {
        var kind = KubernetesKind.Of(resource.GetType());
        return new V1OwnerReference
        {
            ApiVersion = kind.ApiVersion,
            Kind = kind.Kind,
            Name = resource.Metadata.Name,
            Uid = resource.Metadata.Uid,
            Controller = true,
            BlockOwnerDeletion = true,
        };
    }

    /// <summary>The reference to the object's controller, or null.</summary>
    public static V1OwnerReference? Of(IKubernetesObject<V1ObjectMeta> child)
    {
        return child.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true);
    }

    /// <summary>Whether the object is owned by this very resource, not by a namesake.</summary>
    public static bool Owns(IKubernetesObject<V1ObjectMeta> resource, IKubernetesObject<V1ObjectMeta> child)
    {
        return Of(child)?.Uid == resource.Metadata.Uid;
    }
}
