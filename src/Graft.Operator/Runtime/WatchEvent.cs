using System.Buffers;
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
public static class WatchLine
{
    /// <summary>Reads one line.</summary>
    /// <param name="line">The line, in UTF-8.</param>
    /// <param name="options">How objects are read.</param>
    /// <exception cref="ApiException">The line is an error that the server reports.</exception>
    /// <exception cref="JsonException">It is no event.</exception>
    public static WatchEvent<T> Parse<T>(in ReadOnlySequence<byte> line, JsonSerializerOptions options)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var (type, body) = Split(line);
        return type switch
        {
            "ADDED" => new WatchEvent<T>(WatchEventKind.Added, Read<T>(body, options)),
            "MODIFIED" => new WatchEvent<T>(WatchEventKind.Modified, Read<T>(body, options)),
            "DELETED" => new WatchEvent<T>(WatchEventKind.Deleted, Read<T>(body, options)),
            "BOOKMARK" => new WatchEvent<T>(WatchEventKind.Bookmark, Read<T>(body, options)),
            "ERROR" => throw Error(Read<V1Status>(body, options)),
            _ => throw new JsonException($"The API server sent a watch event of type \"{type}\", which is not known."),
        };
    }

    /// <summary>The type and the object, in whichever order they come; the object is not read before its type is known.</summary>
    private static (string? Type, ReadOnlySequence<byte> Object) Split(in ReadOnlySequence<byte> line)
    {
        string? type = null;
        ReadOnlySequence<byte>? body = null;
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            var start = reader.TokenStartIndex;
            if (isType)
            {
                type = reader.GetString();
            }

            reader.Skip();
            if (isObject)
            {
                body = line.Slice(start, reader.BytesConsumed - start);
            }
        }

        return (type, body ?? throw new JsonException("The API server sent a watch event without an object."));
    }

    private static TObject Read<TObject>(in ReadOnlySequence<byte> body, JsonSerializerOptions options)
        where TObject : class
    {
        var reader = new Utf8JsonReader(body);
        return JsonSerializer.Deserialize<TObject>(ref reader, options) ?? throw new JsonException(
            "The API server sent null for an object.");
    }

    private static ApiException Error(V1Status status)
    {
        return new ApiException((HttpStatusCode)(status.Code ?? 500), status.Reason ?? "", status.Message ?? "The watch failed.");
    }
}
