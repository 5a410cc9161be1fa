using Graft.Common;

namespace Graft.Artifacts.Oci;

/// <summary>
/// A repository in an OCI layout folder (image-layout.md): <c>oci-layout</c>, <c>index.json</c>, <c>blobs/sha256/…</c>.
/// Files appear under their final name only when they are whole; the index changes under a lock.
/// </summary>
internal sealed class OciLayout(string folder) : IOciRepository
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(60);

    public string Reference(string tag)
    {
        return $"oci:{folder}:{tag}";
    }

    public async Task CheckPushAsync(CancellationToken cancellationToken)
    {
        var path = UnfinishedFiles.Beside(Path.Combine(folder, "check"));
        try
        {
            await AtomicFile.WriteThroughAsync(
                path, stream => stream.WriteAsync("ok"u8.ToArray(), cancellationToken).AsTask()).ConfigureAwait(false);
            File.Delete(path);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            throw new ArtifactException(
                $"The folder '{folder}' cannot be written: {FileFaults.Describe(error, folder)} Name another one, or mend its permissions.",
                error,
                ArtifactFailure.Refused);
        }
    }

    /// <summary>Whether a blob is here, whole.</summary>
    public bool Has(Descriptor blob)
    {
        var file = new FileInfo(BlobPath(blob.Digest));
        return file.Exists && file.Length == blob.Size;
    }

    public async Task<StoredManifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        var byDigest = OciDigest.IsValid(tagOrDigest);
        var entry = ReadIndex().Manifests.FirstOrDefault(
            manifest => byDigest ? manifest.Digest == tagOrDigest : manifest.Annotation(Annotations.RefName) == tagOrDigest);
        var digest = byDigest ? tagOrDigest : entry?.Digest;
        if (digest is null || !File.Exists(BlobPath(digest)))
        {
            return null;
        }

        var content = await File.ReadAllBytesAsync(BlobPath(digest), cancellationToken).ConfigureAwait(false);
        var mediaType = entry?.MediaType ?? OciJson.Read<ImageManifestHead>(content, $"'{BlobPath(digest)}'").MediaType;
        var manifest = new StoredManifest(mediaType ?? MediaTypes.ImageManifest, content);
        return manifest.Digest == digest
            ? manifest
            : throw new ArtifactException(
                $"'{BlobPath(digest)}' has the digest {manifest.Digest}: the file is damaged. Delete it and publish the artifact again.");
    }

    public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        var path = BlobPath(blob.Digest);
        return File.Exists(path)
            ? Task.FromResult<Stream>(File.OpenRead(path))
            : throw new ArtifactException($"The layout folder '{folder}' lacks blob {blob.Digest}: it was copied or published in part.");
    }

    public async Task PushBlobAsync(Descriptor blob, Func<Stream> open, Action<long> sent, CancellationToken cancellationToken)
    {
        if (Has(blob))
        {
            return;
        }

        var read = 0L;
        await using var source = new MeteredStream(open(), count => sent(read += count));
        await AtomicFile.WriteThroughAsync(
            BlobPath(blob.Digest), stream => source.CopyToAsync(stream, cancellationToken)).ConfigureAwait(false);
    }

    public Task PushManifestAsync(StoredManifest manifest, CancellationToken cancellationToken)
    {
        return AtomicFile.WriteThroughAsync(
            BlobPath(manifest.Digest), stream => stream.WriteAsync(manifest.Content, cancellationToken).AsTask());
    }

    public async Task<bool> TryTagAsync(string tag, StoredManifest manifest, CancellationToken cancellationToken)
    {
        using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        UnfinishedFiles.Sweep(folder);
        UnfinishedFiles.Sweep(Path.GetDirectoryName(BlobPath(manifest.Digest))!);
        var index = ReadIndex();
        if (index.Manifests.FirstOrDefault(entry => entry.Annotation(Annotations.RefName) == tag) is { } taken)
        {
            return taken.Digest == manifest.Digest;
        }

        var layoutMark = "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray();
        await AtomicFile.WriteThroughAsync(
            Path.Combine(folder, "oci-layout"), stream => stream.WriteAsync(layoutMark, cancellationToken).AsTask()).ConfigureAwait(false);
        var entry = new Descriptor
        {
            MediaType = manifest.MediaType,
            Digest = manifest.Digest,
            Size = manifest.Content.Length,
            Annotations = new(StringComparer.Ordinal) { [Annotations.RefName] = tag },
        };
        var content = OciJson.Write(index with { Manifests = [.. index.Manifests, entry] });
        await AtomicFile.WriteThroughAsync(
            IndexPath, stream => stream.WriteAsync(content, cancellationToken).AsTask()).ConfigureAwait(false);
        return true;
    }

    public Task<IReadOnlyList<string>> ListTagsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> tags = [.. ReadIndex().Manifests.Select(entry => entry.Annotation(Annotations.RefName)).OfType<string>()];
        return Task.FromResult(tags);
    }

    private string IndexPath => Path.Combine(folder, "index.json");

    /// <summary>The file of a blob.</summary>
    public string BlobPath(string digest)
    {
        return Path.Combine(folder, "blobs", "sha256", OciDigest.Hex(digest));
    }

    private ImageIndex ReadIndex()
    {
        return File.Exists(IndexPath)
            ? OciJson.Read<ImageIndex>(File.ReadAllBytes(IndexPath), $"'{IndexPath}'")
            : new ImageIndex { Manifests = [] };
    }

    /// <summary>The lock against other processes; the system drops it with the process that held it.</summary>
    private async Task<FolderLock> LockAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FolderLock.WaitAsync(folder, TimeProvider.System, LockTimeout, _ => { }, cancellationToken).ConfigureAwait(false);
        }
        catch (FolderInUseException error)
        {
            throw new ArtifactException(
                $"For {LockTimeout.TotalSeconds:0} s nothing could be published. {error.Message}", error, ArtifactFailure.Unavailable);
        }
    }

    /// <summary>What tells a manifest from an index.</summary>
    private sealed record ImageManifestHead(string? MediaType);
}
