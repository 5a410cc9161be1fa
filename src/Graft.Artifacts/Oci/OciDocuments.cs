using System.Text.Json;
using System.Text.Json.Serialization;

namespace Graft.Artifacts.Oci;

/// <summary>Points to content by its digest (OCI image specification, descriptor.md).</summary>
internal sealed record Descriptor
{
    public required string MediaType { get; init; }

    public required string Digest { get; init; }

    public required long Size { get; init; }

    public string? ArtifactType { get; init; }

    public Platform? Platform { get; init; }

    public SortedDictionary<string, string>? Annotations { get; init; }

    public string? Annotation(string key)
    {
        return Annotations?.GetValueOrDefault(key);
    }
}

/// <summary>What an image of an index is made for.</summary>
internal sealed record Platform(string Architecture, string Os);

/// <summary>An image manifest (manifest.md).</summary>
internal sealed record ImageManifest
{
    public int SchemaVersion { get; init; } = 2;

    public string MediaType { get; init; } = MediaTypes.ImageManifest;

    public string? ArtifactType { get; init; }

    public required Descriptor Config { get; init; }

    public required IReadOnlyList<Descriptor> Layers { get; init; }

    public SortedDictionary<string, string>? Annotations { get; init; }

    public string? Annotation(string key)
    {
        return Annotations?.GetValueOrDefault(key);
    }
}

/// <summary>An image index (image-index.md); <c>index.json</c> of a layout folder is one.</summary>
internal sealed record ImageIndex
{
    public int SchemaVersion { get; init; } = 2;

    public string MediaType { get; init; } = MediaTypes.ImageIndex;

    public required IReadOnlyList<Descriptor> Manifests { get; init; }
}

/// <summary>The configuration that makes a container runtime accept an artifact as an image (config.md).</summary>
internal sealed record ImageConfig
{
    public string Architecture { get; init; } = "amd64";

    public string Os { get; init; } = "linux";

    public required RootFileSystem Rootfs { get; init; }
}

/// <summary>The layers of an image by the digests of their uncompressed archives.</summary>
internal sealed record RootFileSystem
{
    public string Type { get; init; } = "layers";

    [JsonPropertyName("diff_ids")]
    public required IReadOnlyList<string> DiffIds { get; init; }
}

/// <summary>A manifest or index as it is stored: the bytes are its identity.</summary>
internal sealed record StoredManifest(string MediaType, byte[] Content)
{
    public string Digest { get; } = OciDigest.Of(Content);

    public static StoredManifest From(ImageManifest manifest)
    {
        return new StoredManifest(manifest.MediaType, OciJson.Write(manifest));
    }
}

/// <summary>JSON of OCI documents: compact and in declared order, so that the same document has the same digest.</summary>
internal static class OciJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
        // What is required is there and not null.
        RespectNullableAnnotations = true,
    };

    public static byte[] Write<T>(T document)
    {
        return JsonSerializer.SerializeToUtf8Bytes(document, Options);
    }

    /// <exception cref="ArtifactException">The content is no such document.</exception>
    public static T Read<T>(ReadOnlySpan<byte> content, string what)
    {
        try
        {
            var document = JsonSerializer.Deserialize<T>(content, Options) ?? throw new ArtifactException($"{what} is empty.");
            return document switch
            {
                ImageManifest { Layers: var layers } when layers.Any(layer => layer is null) => throw WithHole(what, "layer"),
                ImageIndex { Manifests: var images } when images.Any(image => image is null) => throw WithHole(what, "manifest"),
                _ => document,
            };
        }
        catch (JsonException error)
        {
            throw new ArtifactException($"{what} is no {typeof(T).Name} of OCI: {error.Message}", error);
        }
    }

    private static ArtifactException WithHole(string what, string item)
    {
        return new ArtifactException($"{what} is damaged: it has a {item} that is null. Publish the artifact again.");
    }
}
