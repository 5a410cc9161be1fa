using System.Net;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>What a watch reports.</summary>
public enum WatchEventKind
{
    Added,
    Modified,
    Deleted,

    /// <summary>Nothing happened, up to the object's resource version.</summary>
    Bookmark,
}

/// <summary>One event of a watch.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Object">The object after it, or before it was deleted; of a bookmark only the resource version counts.</param>
public sealed record WatchEvent<T>(WatchEventKind Kind, T Object)
    where T : class, IKubernetesObject<V1ObjectMeta>;

/// <summary>Reads the lines of a watch's stream.</summary>
internal static class WatchLine
{
    /// <summary>Reads one line.</summary>
    /// <exception cref="ApiException">The line is an error that the server reports.</exception>
    public static WatchEvent<T> Parse<T>(string line)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        using var document = JsonDocument.Parse(line);
        var type = document.RootElement.GetProperty("type").GetString();
        var body = document.RootElement.GetProperty("object");
        return type switch
        {
            "ADDED" => new WatchEvent<T>(WatchEventKind.Added, KubernetesJson.Deserialize<T>(body)),
            "MODIFIED" => new WatchEvent<T>(WatchEventKind.Modified, KubernetesJson.Deserialize<T>(body)),
            "DELETED" => new WatchEvent<T>(WatchEventKind.Deleted, KubernetesJson.Deserialize<T>(body)),
            "BOOKMARK" => new WatchEvent<T>(WatchEventKind.Bookmark, KubernetesJson.Deserialize<T>(body)),
            "ERROR" => throw Error(KubernetesJson.Deserialize<V1Status>(body)),
            _ => throw new JsonException($"The API server sent a watch event of type \"{type}\", which is not known."),
        };
    }

    private static ApiException Error(V1Status status)
    {
        return new ApiException((HttpStatusCode)(status.Code ?? 500), status.Reason ?? "", status.Message ?? "The watch failed.");
    }
}
