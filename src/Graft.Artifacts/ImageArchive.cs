using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Graft.Artifacts.Oci;
using Graft.Artifacts.Packing;
using Graft.Artifacts.Registry;
using Graft.Common;

namespace Graft.Artifacts;

/// <summary>
/// A container image in a file, as <c>docker save</c> and <c>podman save</c> write it and <c>docker load</c> reads it: a tar archive whose
/// <c>manifest.json</c> names a configuration and layers. It is pushed to a registry without a container engine.
/// </summary>
public static class ImageArchive
{
    private const string ManifestName = "manifest.json";

    /// <summary>The longest configuration that is read: real ones have a few kilobytes.</summary>
    private const long LongestDocument = 8 << 20;

    /// <summary>Pushes the image, its layers compressed, and lets the tag name it, whatever it named before.</summary>
    /// <param name="archive">The file.</param>
    /// <param name="reference">Where to: <c>REGISTRY/NAME:TAG</c>.</param>
    /// <param name="options">How to speak to the registry.</param>
    /// <param name="cancellationToken">Cancels the push.</param>
    /// <returns>The digest by which the registry knows the image.</returns>
    /// <exception cref="ArtifactException">
    /// The file holds no image, or a damaged one; the reference names no place; the registry refuses.
    /// </exception>
    public static async Task<string> PushAsync(
        string archive, string reference, RegistryOptions options, CancellationToken cancellationToken = default)
    {
        var parsed = OciReference.Parse(reference);
        if (parsed is not { Registry: { } registry, Tag: { } tag, Digest: null })
        {
            throw new ArtifactException($"'{reference}' is no place for an image: it must have the form REGISTRY/NAME:TAG.");
        }

        var (config, layers) = await ReadAsync(archive, cancellationToken).ConfigureAwait(false);
        var repository = new RegistryRepository(registry, parsed.Repository, options, TimeProvider.System);
        await repository.CheckPushAsync(cancellationToken).ConfigureAwait(false);
        var pushed = new List<Descriptor>();
        foreach (var (name, diffId) in layers)
        {
            pushed.Add(await PushLayerAsync(repository, archive, name, diffId, options.Transferred, cancellationToken)
                .ConfigureAwait(false));
        }

        var described = new Descriptor { MediaType = MediaTypes.ImageConfig, Digest = OciDigest.Of(config), Size = config.Length };
        await repository.PushBlobAsync(described, () => new MemoryStream(config), _ => { }, cancellationToken).ConfigureAwait(false);
        var manifest = StoredManifest.From(new ImageManifest { Config = described, Layers = pushed });
        await repository.SetTagAsync(tag, manifest, cancellationToken).ConfigureAwait(false);
        return manifest.Digest;
    }

    /// <summary>
    /// The image's configuration, and its layers: their names in the archive and the digests that the configuration gives.
    /// </summary>
    private static async Task<(byte[] Config, IReadOnlyList<(string Name, string DiffId)> Layers)> ReadAsync(
        string archive, CancellationToken cancellationToken)
    {
        var manifest = await DocumentAsync(archive, ManifestName, cancellationToken).ConfigureAwait(false)
            ?? throw new ArtifactException(
                $"{archive} is no image archive: it has no {ManifestName}. `make image` and `docker save` make such archives.");
        var images = OciJson.Read<ArchivedImage[]>(manifest, $"{ManifestName} of {archive}");
        if (images is [null or { Layers: null } or { Config: null }])
        {
            throw new ArtifactException($"{archive} is damaged: its {ManifestName} names no configuration or no layers. Make it again.");
        }

        if (images is not [{ Config: { } configName, Layers: { } names }])
        {
            throw new ArtifactException($"{archive} holds {images.Length} images; only one can be pushed under one name.");
        }

        var config = await DocumentAsync(archive, configName, cancellationToken).ConfigureAwait(false)
            ?? throw new ArtifactException($"{archive} is damaged: {configName}, its image's configuration, is missing. Make it again.");
        var diffIds = OciJson.Read<ImageConfig>(config, $"{configName} of {archive}").Rootfs.DiffIds;
        return diffIds.Count == names.Count
            ? (config, [.. names.Zip(diffIds)])
            : throw new ArtifactException(
                $"{archive} is damaged: it has {names.Count} layers and digests of {diffIds.Count}. Make it again.");
    }

    private static async Task<byte[]?> DocumentAsync(string archive, string name, CancellationToken cancellationToken)
    {
        return await WithEntryAsync(
            archive,
            name,
            async content =>
            {
                if (content.Length > LongestDocument)
                {
                    throw new ArtifactException($"{archive} is no image archive: its {name} is {content.Length} bytes long.");
                }

                using var document = new MemoryStream();
                await content.CopyToAsync(document, cancellationToken).ConfigureAwait(false);
                return document.ToArray();
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Descriptor> PushLayerAsync(
        RegistryRepository repository,
        string archive,
        string name,
        string diffId,
        Action<TransferProgress>? transferred,
        CancellationToken cancellationToken)
    {
        var packed = Path.Combine(Path.GetTempPath(), $"graft-layer-{Guid.NewGuid():N}.tar.gz");
        try
        {
            var read = await WithEntryAsync(
                archive, name, content => PackAsync(content, packed, transferred, cancellationToken), cancellationToken)
                    .ConfigureAwait(false);
            if (read != diffId)
            {
                var wrong = read is null ? "is missing" : $"has the digest {read}, not {diffId}";
                throw new ArtifactException($"{archive} is damaged: its layer {name} {wrong}. Make it again.");
            }

            var layer = await DescribeAsync(packed, cancellationToken).ConfigureAwait(false);
            var meter = new TransferMeter(transferred, TransferStep.Sending, layer.Size);
            await repository.PushBlobAsync(layer, () => File.OpenRead(packed), meter.Report, cancellationToken).ConfigureAwait(false);
            return layer;
        }
        catch (IOException error) when (FileFaults.IsDiskFull(error))
        {
            File.Delete(packed);
            throw new ArtifactException(
                $"The layers of {archive} cannot be packed. {FileFaults.Describe(error, Path.GetDirectoryName(packed)!)} "
                    + "The variable TMPDIR can name another folder.",
                error,
                ArtifactFailure.Refused);
        }
        finally
        {
            File.Delete(packed);
        }
    }

    /// <summary>Compresses a layer; returns the digest of what it was before.</summary>
    private static async Task<string> PackAsync(
        Stream content, string packed, Action<TransferProgress>? transferred, CancellationToken cancellationToken)
    {
        var meter = new TransferMeter(transferred, TransferStep.Packing, content.Length);
        await using var file = File.Create(packed);
        await using var gzip = new GZipStream(file, CompressionLevel.Optimal);
        await using var hashing = new HashingWriteStream(gzip, meter.Report);
        await content.CopyToAsync(hashing, cancellationToken).ConfigureAwait(false);
        return hashing.Digest();
    }

    private static async Task<Descriptor> DescribeAsync(string packed, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(packed);
        return new Descriptor
        {
            MediaType = MediaTypes.ImageLayerGzip,
            Digest = OciDigest.Format(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false)),
            Size = file.Length,
        };
    }

    /// <summary>Reads the file of a name in the archive; null where there is none.</summary>
    private static async Task<T?> WithEntryAsync<T>(
        string archive, string name, Func<Stream, Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            await using var file = File.OpenRead(archive);
            await using var tar = new TarReader(file);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                if (entry.Name == name)
                {
                    return await read(entry.DataStream ?? throw NoFile(archive, name)).ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (LayerExtractor.IsDamage(error))
        {
            throw new ArtifactException($"{archive} is no image archive, or a damaged one: {error.Message}", error);
        }

        return null;
    }

    private static ArtifactException NoFile(string archive, string name)
    {
        return new ArtifactException(
            $"{archive} cannot be pushed: its {name} is a link. Save the image anew with a current docker or podman.");
    }

    private sealed record ArchivedImage
    {
        public string? Config { get; init; }

        public IReadOnlyList<string>? Layers { get; init; }
    }
}
