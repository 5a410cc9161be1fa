using Graft.Artifacts.Oci;
using Graft.Artifacts.Packing;
using Graft.Common;

namespace Graft.Artifacts;

/// <summary>
/// Unpacks what a reference names: an artifact of Graft, but also any other image or artifact whose layers are archives or
/// named files, such as a base model or a data set that somebody pushed with <c>oras</c>.
/// </summary>
internal static class ArtifactUnpacker
{
    /// <summary>The lock on a folder that is filled, a name that does not count as content.</summary>
    internal const string LockName = ".lock.tmp";

    /// <summary>The most layers of an artifact: each is a request, and may unpack to a gigabyte.</summary>
    private const int MostLayers = 10_000;

    public static async Task<string> UnpackAsync(
        IOciRepository repository,
        OciReference reference,
        string targetFolder,
        Action<TransferProgress>? transferred,
        CancellationToken cancellationToken)
    {
        var target = Path.GetFullPath(targetFolder).TrimEnd('/');
        RequireEmpty(target);
        var (digest, manifest) = await ResolveAsync(repository, reference, cancellationToken).ConfigureAwait(false);
        if (manifest.Layers.Count > MostLayers)
        {
            throw new ArtifactException(
                $"'{reference}' has {manifest.Layers.Count} layers, more than {MostLayers}: it is not unpacked. "
                    + "Pack its files into fewer.");
        }

        var isThere = Directory.Exists(target);
        using var held = isThere ? Hold(target) : null;
        RequireEmpty(target);
        // A folder that is there may be a volume's: nothing can be written beside it or moved to its place, only into it.
        var partial = UnfinishedFiles.Beside(isThere ? Path.Combine(target, "files") : target);
        UnfinishedFiles.Sweep(Path.GetDirectoryName(partial)!);
        Directory.CreateDirectory(partial);
        try
        {
            var meter = new TransferMeter(transferred, TransferStep.Fetching, manifest.Layers.Sum(layer => layer.Size));
            foreach (var layer in manifest.Layers)
            {
                meter.Report(0);
                var content = await repository.OpenBlobAsync(layer, cancellationToken).ConfigureAwait(false);
                await LayerExtractor.ExtractAsync(layer, meter.Count(content), partial, cancellationToken).ConfigureAwait(false);
                meter.Finish(layer.Size);
            }

            FolderLinks.Check(partial);
            if (isThere)
            {
                MoveContent(partial, target);
            }
            else
            {
                Directory.Move(partial, target);
            }

            return digest;
        }
        catch (IOException error) when (FileFaults.IsDiskFull(error))
        {
            // What is free without it is what somebody must know.
            Directory.Delete(partial, recursive: true);
            var why = FileFaults.Describe(error, Path.GetDirectoryName(partial)!, manifest.Layers.Sum(layer => layer.Size));
            throw new ArtifactException($"'{reference}' cannot be unpacked. {why}", error, ArtifactFailure.Refused);
        }
        finally
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }

            if (held is not null)
            {
                // A folder that is filled has no use for it.
                File.Delete(Path.Combine(target, LockName));
            }
        }
    }

    private static void RequireEmpty(string target)
    {
        if (File.Exists(target) || UnfinishedFiles.IsFilled(target))
        {
            throw new ArtifactException($"'{target}' is there already and not empty; name another folder or remove it.");
        }
    }

    /// <summary>Keeps others from unpacking into the same folder; into one that is new, all moves but the first fail.</summary>
    private static FolderLock Hold(string target)
    {
        try
        {
            return FolderLock.Take(target, TimeProvider.System, LockName);
        }
        catch (FolderInUseException error)
        {
            throw new ArtifactException(error.Message, error, ArtifactFailure.Unavailable);
        }
    }

    /// <summary>Moves what a folder holds into another one of the same file system, links as they are.</summary>
    internal static void MoveContent(string source, string target)
    {
        foreach (var entry in new DirectoryInfo(source).GetFileSystemInfos())
        {
            var place = Path.Combine(target, entry.Name);
            if (entry is DirectoryInfo folder)
            {
                folder.MoveTo(place);
            }
            else
            {
                ((FileInfo)entry).MoveTo(place);
            }
        }
    }

    /// <summary>
    /// The digest that the reference stands for, and the manifest to unpack: of an index, the one for this kind of machine.
    /// </summary>
    private static async Task<(string Digest, ImageManifest Manifest)> ResolveAsync(
        IOciRepository repository, OciReference reference, CancellationToken cancellationToken)
    {
        var name = reference.Digest ?? reference.Tag ?? await NewestAsync(repository, reference, cancellationToken).ConfigureAwait(false);
        var stored = await FindAsync(repository, reference, name, cancellationToken).ConfigureAwait(false);
        var digest = stored.Digest;
        if (stored.MediaType is MediaTypes.ImageIndex or MediaTypes.DockerManifestList)
        {
            var index = OciJson.Read<ImageIndex>(stored.Content, $"Index {stored.Digest}");
            var chosen = index.Manifests.FirstOrDefault(entry => entry.Platform is null or { Os: "linux", Architecture: "amd64" })
                ?? throw new ArtifactException($"'{reference}' is an index without an image for linux/amd64.");
            stored = await FindAsync(repository, reference, chosen.Digest, cancellationToken).ConfigureAwait(false);
        }

        if (stored.MediaType is not (MediaTypes.ImageManifest or MediaTypes.DockerManifest))
        {
            throw new ArtifactException($"'{reference}' is a '{stored.MediaType}', not an image or artifact.");
        }

        return (digest, OciJson.Read<ImageManifest>(stored.Content, $"Manifest {stored.Digest}"));
    }

    private static async Task<StoredManifest> FindAsync(
        IOciRepository repository, OciReference reference, string tagOrDigest, CancellationToken cancellationToken)
    {
        return await repository.FindManifestAsync(tagOrDigest, cancellationToken).ConfigureAwait(false)
            ?? throw new ArtifactException(
                $"'{reference}' is not there: no manifest '{tagOrDigest}'. Check the name, and that it was published.");
    }

    private static async Task<string> NewestAsync(IOciRepository repository, OciReference reference, CancellationToken cancellationToken)
    {
        var tags = await repository.ListTagsAsync(cancellationToken).ConfigureAwait(false);
        var newest = tags.Select(ArtifactPublisher.Version).DefaultIfEmpty(0).Max();
        return newest > 0 ? $"v{newest}"
            : tags.Contains("latest") ? "latest"
            : throw new ArtifactException(
                $"'{reference}' names no tag, and the repository has neither versions nor a tag 'latest'. Name one of: "
                    + $"{string.Join(", ", tags)}.");
    }
}
