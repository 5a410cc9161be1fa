using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using k8s;
using k8s.Models;

namespace Graft.Operator.Status;

/// <summary>Statuses as the API server is sent them.</summary>
public static class StatusJson
{
    private const int LongestMessage = 32768;

    // Attributes are slow to read, and statuses are written many times a second.
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<Field>> Fields = new();

    /// <summary>A status as JSON, with every text cut to what its schema allows: one text too long would have the whole refused.</summary>
    public static JsonObject Of(object status)
    {
        var json = JsonSerializer.SerializeToNode(status, ApiJson.Options)!.AsObject();
        Cut(json, status.GetType());
        return json;
    }

    /// <summary>
    /// What is left to say of a resource whose status is refused, or whose reconciliation fails: the status that it has, with the
    /// trouble in its conditions. What has ended stays ended, or it would begin again.
    /// </summary>
    /// <param name="resource">The resource.</param>
    /// <param name="reason">What sort of trouble it is.</param>
    /// <param name="message">What went wrong.</param>
    /// <param name="now">The time.</param>
    public static JsonObject InTrouble<T>(T resource, string reason, string message, DateTimeOffset now)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var status = JsonNode.Parse(KubernetesJson.Serialize(resource))!["status"]?.DeepClone().AsObject() ?? [];
        var known = status["conditions"] is { } list ? KubernetesJson.Deserialize<List<V1Condition>>(list.ToJsonString()) : [];
        var generation = resource.Metadata.Generation ?? 0;
        var conditions = new ConditionSet(known, generation, now);
        foreach (var summary in Summaries(typeof(T)))
        {
            if (!Stands(known.FirstOrDefault(condition => condition.Type == summary), generation))
            {
                conditions.Set(summary, ConditionSet.Unknown, reason, message);
            }
        }

        conditions.Set(ConditionTypes.Reconciling, ConditionSet.False, reason, message);
        conditions.Set(ConditionTypes.Stalled, ConditionSet.True, reason, message);
        var changed = conditions.ToList();
        List<V1Condition> all = [.. changed, .. known.Where(condition => changed.TrueForAll(other => other.Type != condition.Type))];
        status["conditions"] = JsonNode.Parse(KubernetesJson.Serialize(all.OrderBy(condition => condition.Type, StringComparer.Ordinal)));
        status["observedGeneration"] = generation;
        Progress(status);
        return status;
    }

    /// <summary>The conditions that sum a resource up.</summary>
    private static string[] Summaries(Type resource)
    {
        return resource.GetProperty("Status")?.PropertyType.IsAssignableTo(typeof(InputStatus)) == true
            ? [ConditionTypes.Ready]
            : [ConditionTypes.Accepted, ConditionTypes.Succeeded];
    }

    private static bool Stands(V1Condition? known, long generation)
    {
        return known is { Status: not ConditionSet.Unknown }
            && (known.ObservedGeneration == generation || known.Type == ConditionTypes.Succeeded);
    }

    /// <summary>The progress of an active run is not this writer's; of an ended one it is what the run ended with.</summary>
    private static void Progress(JsonObject status)
    {
        if (status["progress"] is not JsonObject progress)
        {
            return;
        }

        if (status["completionTime"] is null)
        {
            status.Remove("progress");
            return;
        }

        foreach (var name in progress.Select(field => field.Key).Except(["step", "totalSteps", "summary"]).ToList())
        {
            progress.Remove(name);
        }
    }

    private static void Cut(JsonObject json, Type type)
    {
        foreach (var field in Fields.GetOrAdd(type, static type => [.. type.GetProperties().Select(FieldOf)]))
        {
            switch (json[field.Name])
            {
                case JsonValue value when value.TryGetValue<string>(out var text):
                    var clean = StatusText.Clean(text, field.Longest);
                    if (clean != text)
                    {
                        json[field.Name] = clean;
                    }

                    break;
                case JsonObject child when field.Type.Namespace == typeof(ResourceStatus).Namespace:
                    Cut(child, field.Type);
                    break;
                case JsonArray items when field.Type is { IsGenericType: true } list:
                    foreach (var item in items.OfType<JsonObject>())
                    {
                        Cut(item, list.GetGenericArguments()[0]);
                    }

                    break;
            }
        }
    }

    private static Field FieldOf(PropertyInfo property)
    {
        return new Field(
            char.ToLowerInvariant(property.Name[0]) + property.Name[1..],
            property.PropertyType,
            property.GetCustomAttribute<MaxLengthAttribute>()?.Length ?? LongestMessage);
    }

    /// <summary>A field of a status.</summary>
    /// <param name="Name">Its name in JSON.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="Longest">The most characters of a text.</param>
    private sealed record Field(string Name, Type Type, int Longest);
}
