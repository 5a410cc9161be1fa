using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Graft.Api.V1Alpha1;

/// <summary>What all Graft's resources have in common; the API server's envelope.</summary>
/// <typeparam name="TSpec">What the user asks for.</typeparam>
/// <typeparam name="TStatus">What the operator has seen.</typeparam>
public abstract class GraftResource<TSpec, TStatus> : IKubernetesObject<V1ObjectMeta>, ISpec<TSpec>, IStatus<TStatus?>
    where TSpec : class, new()
    where TStatus : ResourceStatus
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = GraftApi.GroupVersion;

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public TSpec Spec { get; set; } = new();

    [JsonPropertyName("status")]
    public TStatus? Status { get; set; }
}

/// <summary>What every status carries.</summary>
public abstract class ResourceStatus
{
    /// <summary>The generation of the spec that this status speaks of.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>The conditions, one of each type.</summary>
    [Schema.ListMapKey("type")]
    [System.ComponentModel.DataAnnotations.MaxLength(16)]
    public List<V1Condition>? Conditions { get; set; }
}

/// <summary>A list of Graft's resources, as the API server returns it.</summary>
public sealed class GraftList<T> : IKubernetesObject<V1ListMeta>, IItems<T>
    where T : IKubernetesObject
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = GraftApi.GroupVersion;

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("metadata")]
    public V1ListMeta Metadata { get; set; } = new();

    [JsonPropertyName("items")]
    public IList<T> Items { get; set; } = [];
}
