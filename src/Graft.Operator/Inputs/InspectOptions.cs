using System.Text.Json;
using Graft.Api.Defaulting;
using Graft.Api.V1Alpha1;
using k8s;

namespace Graft.Operator.Inputs;

/// <summary>The installation's settings of inspection pods.</summary>
public sealed class InspectOptions
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly InspectionPodSettings BuiltIn = new() { Cpu = "100m", Memory = "1Gi" };

    /// <summary>What pods get where a resource's <c>spec.pod</c> says nothing else: JSON with the fields of that.</summary>
    public string Pod { get; set; } = "";

    /// <summary>The Kueue queue of Jobs whose resource names none.</summary>
    public string QueueName { get; set; } = "";

    /// <summary>The settings of a pod: a field that the resource sets takes the place of the installation's.</summary>
    /// <exception cref="InvalidOperationException">The installation's settings cannot be read.</exception>
    public PodSettings For(InspectionPodSettings? pod)
    {
        var all = Fields(pod);
        foreach (var (name, value) in Fields(Installation()).Concat(Fields(BuiltIn)))
        {
            all.TryAdd(name, value);
        }

        var settings = KubernetesJson.Deserialize<PodSettings>(JsonSerializer.Serialize(all));
        // There is nothing to save when it is stopped.
        settings.TerminationGracePeriodSeconds = 1;
        return Defaults.Apply(settings);
    }

    /// <summary>Fails where the installation's settings cannot be read, so that the operator does not start with them.</summary>
    /// <exception cref="InvalidOperationException">They cannot be read; the message says why.</exception>
    public InspectionPodSettings? Installation()
    {
        try
        {
            return Pod.Length == 0 ? null : JsonSerializer.Deserialize<InspectionPodSettings>(Pod, Strict);
        }
        catch (JsonException error)
        {
            throw new InvalidOperationException($"The setting Inspect:Pod cannot be read: {error.Message}", error);
        }
    }

    private static Dictionary<string, JsonElement> Fields(InspectionPodSettings? pod)
    {
        return pod is null ? [] : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(KubernetesJson.Serialize(pod))!;
    }
}
