using System.Globalization;
using Graft.Artifacts.Oci;
using Graft.Artifacts.Packing;
using Graft.Common;

namespace Graft.Artifacts;

/// <summary>Gives a folder its version in a repository, whichever kind of repository it is.</summary>
internal static class ArtifactPublisher
{
    // Each attempt lost a number to another publisher; this many in a row is a fault, not bad luck.
    private const int MaxAttempts = 100;

    public static async Task<PublishedArtifact> PublishAsync(
        IOciRepository repository,
        string folder,
        PublishRequest request,
        Action<TransferProgress>? transferred,
        CancellationToken cancellationToken)
    {
        var source = Path.GetFullPath(folder).TrimEnd('/');
        FolderKinds.Of(source)?.Verify(source);

        // Beside the folder, where there is room for files of its size; /tmp of a pod may be small.
        var packedPath = UnfinishedFiles.Beside(source);
        UnfinishedFiles.Sweep(Path.GetDirectoryName(source)!);
        try
        {
            var layer = await PackAsync(source, request.Root, packedPath, transferred, cancellationToken).ConfigureAwait(false);
            var artifact = Complete(layer, FolderKinds.TypeOf(source), request);
            return await PublishAsync(repository, artifact, request, transferred, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(packedPath);
        }
    }

    private static async Task<PackedLayer> PackAsync(
        string folder, LayerRoot root, string packedPath, Action<TransferProgress>? transferred, CancellationToken cancellationToken)
    {
        try
        {
            return await PackedLayer.PackAsync(folder, root, packedPath, transferred, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error) when (FileFaults.IsDiskFull(error))
        {
            // What is free without it is what somebody must know.
            File.Delete(packedPath);
            var why = FileFaults.Describe(error, Path.GetDirectoryName(packedPath)!, PackedLayer.SizeOf(folder));
            throw new ArtifactException($"'{folder}' cannot be packed beside itself. {why}", error, ArtifactFailure.Refused);
        }
    }

    /// <summary>The versions in a repository, oldest first.</summary>
    public static async Task<IReadOnlyList<(int Version, StoredManifest Manifest)>> VersionsAsync(
        IOciRepository repository, CancellationToken cancellationToken)
    {
        var versions = new List<(int Version, StoredManifest Manifest)>();
        var tags = await repository.ListTagsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var version in tags.Select(Version).Where(number => number > 0).Order())
        {
            if (await repository.FindManifestAsync($"v{version}", cancellationToken).ConfigureAwait(false) is { } manifest)
            {
                versions.Add((version, manifest));
            }
        }

        return versions;
    }

    /// <summary>Gives what is complete already, its manifest with all blobs, its version.</summary>
    public static async Task<PublishedArtifact> PublishAsync(
        IOciRepository repository,
        CompleteArtifact artifact,
        PublishRequest request,
        Action<TransferProgress>? transferred,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var versions = await VersionsAsync(repository, cancellationToken).ConfigureAwait(false);
            var present = versions.FirstOrDefault(version => IsSame(version.Manifest, artifact, request));
            if (present.Manifest is not null)
            {
                // Heals a version whose blob was lost, and is no transfer where it is there.
                var stored = OciJson.Read<ImageManifest>(present.Manifest.Content, present.Manifest.Digest);
                await PushAsync(artifact.Blobs.Where(blob => stored.Layers.Any(layer => layer.Digest == blob.Descriptor.Digest)))
                    .ConfigureAwait(false);
                return Published(repository, request.Name, present.Version, present.Manifest);
            }

            await PushAsync(artifact.Blobs).ConfigureAwait(false);
            var manifest = artifact.Manifest;
            await repository.PushManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
            var next = versions.Count == 0 ? 1 : versions[^1].Version + 1;
            if (await repository.TryTagAsync($"v{next}", manifest, cancellationToken).ConfigureAwait(false))
            {
                return Published(repository, request.Name, next, manifest);
            }
        }

        throw new ArtifactException(
            $"No version of '{request.Name}' could be reserved in {MaxAttempts} attempts: other publishers took each number.",
            ArtifactFailure.Unavailable);

        async Task PushAsync(IEnumerable<StoredBlob> blobs)
        {
            var meter = new TransferMeter(transferred, TransferStep.Sending, artifact.Blobs.Sum(blob => blob.Descriptor.Size));
            foreach (var blob in blobs)
            {
                await repository.PushBlobAsync(blob.Descriptor, blob.Open, meter.Report, cancellationToken).ConfigureAwait(false);
                meter.Finish(blob.Descriptor.Size);
            }
        }
    }

    private static CompleteArtifact Complete(PackedLayer layer, string artifactType, PublishRequest request)
    {
        var config = OciJson.Write(new ImageConfig { Rootfs = new RootFileSystem { DiffIds = [layer.DiffId] } });
        var descriptor = new Descriptor { MediaType = MediaTypes.ImageConfig, Digest = OciDigest.Of(config), Size = config.Length };
        return new CompleteArtifact(
            StoredManifest.From(Describe(layer, artifactType, descriptor, request)),
            layer.Descriptor,
            [new(layer.Descriptor, () => File.OpenRead(layer.Path)), new(descriptor, () => new MemoryStream(config))]);
    }

    /// <summary>
    /// One manifest for two kinds of reader: a real image configuration and image layer for container runtimes, an artifact
    /// type and titles for <c>oras</c>. It holds no version and no time, so that the same result has the same digest anywhere.
    /// </summary>
    private static ImageManifest Describe(PackedLayer layer, string artifactType, Descriptor config, PublishRequest request)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in request.Annotations)
        {
            annotations[key] = value;
        }

        annotations[Annotations.RunUid] = request.RunUid;
        annotations[Annotations.PlanHash] = request.PlanHash;
        if (request.BaseModel is not null)
        {
            annotations[Annotations.BaseName] = request.BaseModel;
        }

        return new ImageManifest
        {
            ArtifactType = artifactType,
            Config = config,
            Layers = [layer.Descriptor],
            Annotations = annotations,
        };
    }

    /// <summary>
    /// The same content, or the same run's: its bytes may differ in the last bits after a change of machines. The layout must be the same,
    /// or a run that asks for another one would not get it.
    /// </summary>
    private static bool IsSame(StoredManifest stored, CompleteArtifact artifact, PublishRequest request)
    {
        if (stored.MediaType != MediaTypes.ImageManifest)
        {
            return false;
        }

        var manifest = OciJson.Read<ImageManifest>(stored.Content, $"Manifest {stored.Digest}");
        if (manifest.Layers is not [var only])
        {
            return false;
        }

        var sameContent = only.Annotation(Annotations.OrasContentDigest) is { } content
            && content == artifact.Layer.Annotation(Annotations.OrasContentDigest);
        var sameLayout = only.Annotation(Annotations.Title) == artifact.Layer.Annotation(Annotations.Title);
        var sameRun = manifest.Annotation(Annotations.RunUid) == request.RunUid
            && manifest.Annotation(Annotations.PlanHash) == request.PlanHash;
        return sameContent || (sameRun && sameLayout);
    }

    private static PublishedArtifact Published(IOciRepository repository, string name, int version, StoredManifest manifest)
    {
        return new PublishedArtifact(name, version, manifest.Digest, repository.Reference($"v{version}"));
    }

    /// <summary>The number of a tag <c>vN</c>; 0 for other tags.</summary>
    public static int Version(string tag)
    {
        return tag.StartsWith('v') && int.TryParse(tag.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
    }
}
