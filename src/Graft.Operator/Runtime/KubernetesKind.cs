using System.Reflection;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>How the API server names a kind of object.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The version within the group.</param>
/// <param name="Kind">The kind, as in manifests.</param>
/// <param name="Plural">The plural, as in paths.</param>
public sealed record KubernetesKind(string Group, string Version, string Kind, string Plural)
{
    /// <summary>Group and version, as in manifests.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The kind of a type that carries Graft's or the client's attribute.</summary>
    /// <exception cref="ArgumentException">The type carries neither.</exception>
    public static KubernetesKind Of<T>()
    {
        return Of(typeof(T));
    }

    /// <summary>The same for a type that is known at run time.</summary>
    public static KubernetesKind Of(Type type)
    {
        if (type.GetCustomAttribute<CustomResourceAttribute>() is { } custom)
        {
            return new KubernetesKind(GraftApi.Group, GraftApi.Version, custom.Kind, custom.Plural);
        }

        var entity = type.GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new ArgumentException($"{type.Name} is not marked as a Kubernetes resource.");
        // The client names no plural for kinds that are only ever created, such as TokenReview.
        var plural = string.IsNullOrEmpty(entity.PluralName) ? entity.Kind.ToLowerInvariant() + "s" : entity.PluralName;
        return new KubernetesKind(entity.Group, entity.ApiVersion, entity.Kind, plural);
    }

    /// <summary>The path of a collection, of an object in it, or of an object's subresource.</summary>
    public string Path(string? @namespace, string? name = null, string? subresource = null)
    {
        var path = Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
        if (!string.IsNullOrEmpty(@namespace))
        {
            path += $"/namespaces/{Uri.EscapeDataString(@namespace)}";
        }

        path += $"/{Plural}";
        if (name is not null)
        {
            path += $"/{Uri.EscapeDataString(name)}";
        }

        return subresource is null ? path : $"{path}/{subresource}";
    }
}
