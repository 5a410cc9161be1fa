using Graft.Artifacts.Oci;
using Graft.Artifacts.Packing;

namespace Graft.Artifacts;

/// <summary>
/// Publishes what is published elsewhere: fetched by digest into a layout folder, and from there pushed like anything else.
/// </summary>
internal static class ArtifactCopier
{
    private const string FilesFolder = "files";

    public static async Task<PublishedArtifact> CopyAsync(
        IOciRepository source,
        OciReference reference,
        string workFolder,
        IOciRepository target,
        PublishRequest request,
        CopyMeters transferred,
        CancellationToken cancellationToken)
    {
        var (manifest, image) = await ManifestAsync(source, reference, cancellationToken).ConfigureAwait(false);
        var layer = image.Layers[0];
        var fetched = new OciLayout(Path.GetFullPath(workFolder));
        var meter = new TransferMeter(transferred.Source, TransferStep.Fetching, layer.Size + image.Config.Size);
        foreach (var blob in (Descriptor[])[layer, image.Config])
        {
            await FetchAsync(source, fetched, blob, meter.Report, cancellationToken).ConfigureAwait(false);
            meter.Finish(blob.Size);
        }

        if (layer.Annotation(Annotations.Title) == PackedLayer.Title(request.Root))
        {
            var complete = new CompleteArtifact(
                manifest,
                layer,
                [
                    new(layer, () => File.OpenRead(fetched.BlobPath(layer.Digest))),
                    new(image.Config, () => File.OpenRead(fetched.BlobPath(image.Config.Digest))),
                ]);
            return await ArtifactPublisher.PublishAsync(target, complete, request, transferred.Target, cancellationToken)
                .ConfigureAwait(false);
        }

        var folder = await UnpackAsync(fetched, layer, workFolder, cancellationToken).ConfigureAwait(false);
        return await ArtifactPublisher.PublishAsync(target, folder, request, transferred.Target, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<(StoredManifest Stored, ImageManifest Image)> ManifestAsync(
        IOciRepository source, OciReference reference, CancellationToken cancellationToken)
    {
        var digest = reference.Digest
            ?? throw new ArtifactException($"'{reference}' names no digest: what is published again must be named by its digest.");
        var stored = await source.FindManifestAsync(digest, cancellationToken).ConfigureAwait(false)
            ?? throw new ArtifactException(
                $"'{reference}' is not there any more. Restore it, or train the run again.", ArtifactFailure.Refused);
        var image = stored.MediaType == MediaTypes.ImageManifest
            ? OciJson.Read<ImageManifest>(stored.Content, $"Manifest {stored.Digest}")
            : null;
        return image is { Layers: [var layer] } && layer.Annotation(Annotations.OrasContentDigest) is not null
            ? (stored, image)
            : throw new ArtifactException($"'{reference}' is not an artifact that Graft has published: it cannot be published again.");
    }

    private static async Task FetchAsync(
        IOciRepository source, OciLayout target, Descriptor blob, Action<long> fetched, CancellationToken cancellationToken)
    {
        if (!target.Has(blob))
        {
            var content = await source.OpenBlobAsync(blob, cancellationToken).ConfigureAwait(false);
            await target.PushBlobAsync(blob, () => new VerifyingStream(content, blob), fetched, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The artifact's files, without the folder that the old layout puts them in.</summary>
    private static async Task<string> UnpackAsync(
        OciLayout fetched, Descriptor layer, string workFolder, CancellationToken cancellationToken)
    {
        var files = Path.Combine(workFolder, FilesFolder);
        if (Directory.Exists(files))
        {
            Directory.Delete(files, recursive: true);
        }

        Directory.CreateDirectory(files);
        var content = await fetched.OpenBlobAsync(layer, cancellationToken).ConfigureAwait(false);
        await LayerExtractor.ExtractAsync(layer, content, files, cancellationToken).ConfigureAwait(false);
        var root = Enum.GetValues<LayerRoot>().Where(known => PackedLayer.Title(known) == layer.Annotation(Annotations.Title)).ToList();
        return root is [var found]
            ? Path.Combine(files, PackedLayer.Prefix(found))
            : throw new ArtifactException(
                $"Layer {layer.Digest} has a layout that is not known here: '{layer.Annotation(Annotations.Title)}'.");
    }
}

/// <summary>Who is told of the bytes of a copy.</summary>
/// <param name="Source">Of those that are fetched.</param>
/// <param name="Target">Of those that are packed and sent.</param>
internal sealed record CopyMeters(Action<TransferProgress>? Source, Action<TransferProgress>? Target);
