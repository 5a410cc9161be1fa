using System.Formats.Tar;
using System.IO.Compression;
using Graft.Artifacts.Oci;
using Graft.Common;

namespace Graft.Artifacts.Packing;

/// <summary>
/// Unpacks one layer into a folder. The archive is not trusted: nothing is written outside the folder, no link leads out of
/// it, and nothing is written through a link.
/// </summary>
internal static class LayerExtractor
{
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";

    /// <summary>What any layer may unpack to, however small it is.</summary>
    private const long AlwaysUnpacked = 1L << 30;

    /// <summary>
    /// How many times its size a larger layer may unpack to. Weights hardly shrink, text to a tenth, zeros to a thousandth.
    /// </summary>
    private const long LargestRatio = 100;

    /// <summary>The most entries of an archive: each costs an inode, whatever its size.</summary>
    private const int MostEntries = 200_000;

    /// <summary>Unpacks an archive, or stores a single file, as annotations (those of oras first) and media type say.</summary>
    /// <exception cref="ArtifactException">The layer is damaged, of a kind that is not supported, or not safe.</exception>
    public static async Task ExtractAsync(Descriptor layer, Stream content, string folder, CancellationToken cancellationToken)
    {
        await using var blob = new VerifyingStream(content, layer);
        try
        {
            await ExtractVerifiedAsync(layer, blob, folder, cancellationToken).ConfigureAwait(false);
            await blob.DrainAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (IsDamage(error))
        {
            // A damaged blob shows as a broken archive first; its digest is the better explanation.
            await blob.DrainAsync(cancellationToken).ConfigureAwait(false);
            throw new ArtifactException($"Layer {layer.Digest} is no archive of the kind '{layer.MediaType}': {error.Message}", error);
        }
    }

    private static async Task ExtractVerifiedAsync(Descriptor layer, Stream blob, string folder, CancellationToken cancellationToken)
    {
        var isFolder = layer.Annotation(Annotations.OrasUnpack) == "true";
        var type = layer.MediaType;
        // oras gives a file the type of an image's layer unless it is told another: that it has a name says what it is.
        if (!isFolder && layer.Annotation(Annotations.Title) is { } name)
        {
            await WriteFileAsync(SafePath(folder, name), blob, cancellationToken).ConfigureAwait(false);
        }
        else if (type.EndsWith("+zstd", StringComparison.Ordinal) || type.EndsWith(".zstd", StringComparison.Ordinal))
        {
            throw new ArtifactException($"Layer {layer.Digest} is compressed with zstd, which is not supported; publish it as tar+gzip.");
        }
        else if (isFolder || type.EndsWith("tar+gzip", StringComparison.Ordinal) || type.EndsWith("tar.gzip", StringComparison.Ordinal))
        {
            await using var gzip = new GZipStream(blob, CompressionMode.Decompress, leaveOpen: true);
            await using var bounded = new BoundedStream(gzip, layer.Digest, LargestUnpacked(layer.Size));
            await ExtractTarAsync(bounded, folder, cancellationToken, LargestUnpacked(layer.Size)).ConfigureAwait(false);
        }
        else if (type.EndsWith(".tar", StringComparison.Ordinal))
        {
            await ExtractTarAsync(blob, folder, cancellationToken, LargestUnpacked(layer.Size)).ConfigureAwait(false);
        }
        else if (layer.Annotation(Annotations.ModelFilePath) is { } path)
        {
            await WriteFileAsync(SafePath(folder, path), blob, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            throw new ArtifactException(
                $"Layer {layer.Digest} of type '{type}' is neither an archive nor carries a file name ({Annotations.Title}).");
        }
    }

    /// <summary>
    /// Unpacks an uncompressed tar archive. Where its links lead is checked once all layers are there (<see cref="FolderLinks"/>).
    /// </summary>
    /// <param name="archive">The archive.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="mostBytes">The most bytes on disk: a hard link is a copy here.</param>
    /// <param name="mostEntries">The most entries.</param>
    public static async Task ExtractTarAsync(
        Stream archive,
        string folder,
        CancellationToken cancellationToken,
        long mostBytes = AlwaysUnpacked,
        int mostEntries = MostEntries)
    {
        var copied = 0L;
        await using var tar = new TarReader(archive, leaveOpen: true);
        var entries = 0;
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
        {
            if (++entries > mostEntries)
            {
                throw new ArtifactException(
                    $"The archive has more than {mostEntries} entries: it is not unpacked. Pack many small records into few files.");
            }

            if (entry.EntryType == TarEntryType.HardLink)
            {
                copied += Copy(entry, folder, mostBytes - copied);
                continue;
            }

            try
            {
                await ExtractEntryAsync(entry, folder, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (
                error is IOException and not EndOfStreamException or UnauthorizedAccessException && !FileFaults.IsDiskFull(error))
            {
                throw new ArtifactException(
                    $"The archive's entry '{VisibleText.Short(entry.Name, 200)}' cannot be unpacked: {error.Message}", error);
            }
        }
    }

    /// <summary>Whether an exception says that an archive is none, or a damaged one.</summary>
    internal static bool IsDamage(Exception error)
    {
        // The reader ends with the last ones at numbers that no archive has.
        return error is InvalidDataException or EndOfStreamException or FormatException
            or ArgumentException or OverflowException or NotSupportedException or InvalidOperationException;
    }

    /// <summary>The most bytes that a compressed layer may unpack to.</summary>
    internal static long LargestUnpacked(long size)
    {
        return Math.Max(AlwaysUnpacked, Math.Min(size, long.MaxValue / LargestRatio) * LargestRatio);
    }

    private static async Task ExtractEntryAsync(TarEntry entry, string folder, CancellationToken cancellationToken)
    {
        var name = entry.Name.TrimEnd('/');
        if (name is "" or ".")
        {
            return;
        }

        var path = SafePath(folder, name);
        if (Path.GetFileName(path) is var leaf && leaf.StartsWith(Whiteout, StringComparison.Ordinal))
        {
            Remove(path, leaf);
            return;
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                if (!Directory.Exists(path))
                {
                    // Not a file or a link that an earlier entry left there.
                    Prepare(path);
                    Directory.CreateDirectory(path);
                }

                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                await WriteFileAsync(path, entry.DataStream ?? Stream.Null, cancellationToken).ConfigureAwait(false);
                break;
            case TarEntryType.SymbolicLink:
                var target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, entry.LinkName));
                if (Path.IsPathRooted(entry.LinkName) || !IsInside(folder, target))
                {
                    throw Unsafe(entry.Name, $"is a link to '{entry.LinkName}', outside the folder");
                }

                Prepare(path);
                File.CreateSymbolicLink(path, entry.LinkName);
                break;
            case TarEntryType.GlobalExtendedAttributes:
                break;
            default:
                throw Unsafe(entry.Name, $"is a {entry.EntryType}; only files, folders and links are unpacked");
        }
    }

    private static long Copy(TarEntry entry, string folder, long mostBytes)
    {
        var path = SafePath(folder, entry.Name.TrimEnd('/'));
        var linked = new FileInfo(SafePath(folder, entry.LinkName));
        if (!linked.Exists || linked.LinkTarget is not null)
        {
            throw Unsafe(entry.Name, $"is a link to '{entry.LinkName}', which is no file of the archive");
        }

        if (linked.Length > mostBytes)
        {
            throw Unsafe(entry.Name, "is one of so many copies that they take many times the archive's size");
        }

        if (linked.FullName != path)
        {
            Prepare(path);
            linked.CopyTo(path);
        }

        return linked.Length;
    }

    // A whiteout of an upper layer deletes what a lower one brought (OCI image specification, layer.md).
    private static void Remove(string path, string leaf)
    {
        var parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(parent))
        {
            return;
        }

        if (leaf == OpaqueWhiteout)
        {
            Directory.Delete(parent, recursive: true);
            Directory.CreateDirectory(parent);
            return;
        }

        var hidden = Path.Combine(parent, leaf[Whiteout.Length..]);
        if (leaf.Length == Whiteout.Length || Path.GetFileName(hidden) is "." or "..")
        {
            throw Unsafe(leaf, "deletes outside the folder");
        }

        if (Directory.Exists(hidden) && new DirectoryInfo(hidden).LinkTarget is null)
        {
            Directory.Delete(hidden, recursive: true);
        }
        else
        {
            File.Delete(hidden);
        }
    }

    private static async Task WriteFileAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        Prepare(path);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await content.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
    }

    // An existing file or link is replaced, never written through.
    private static void Prepare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Directory.Exists(path) && new FileInfo(path).LinkTarget is null)
        {
            // A file in place of a lower layer's folder.
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private static string SafePath(string folder, string name)
    {
        var path = Path.GetFullPath(Path.Combine(folder, name));
        if (Path.IsPathRooted(name) || name.Contains('\0', StringComparison.Ordinal) || !IsInside(folder, path))
        {
            throw Unsafe(name, "lies outside the folder");
        }

        for (var parent = Path.GetDirectoryName(path)!; parent.Length > folder.Length; parent = Path.GetDirectoryName(parent)!)
        {
            if (new DirectoryInfo(parent).LinkTarget is not null)
            {
                throw Unsafe(name, "leads through a link");
            }
        }

        return path;
    }

    private static bool IsInside(string folder, string path)
    {
        return path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);
    }

    private static ArtifactException Unsafe(string name, string why)
    {
        return new ArtifactException($"The archive's entry '{name}' {why}: it is not unpacked. Do not use this artifact.");
    }
}
