using System.Formats.Tar;
using System.IO.Compression;
using Graft.Artifacts.Oci;

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
            FolderLinks.Check(folder);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
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
            await ExtractTarAsync(bounded, folder, cancellationToken).ConfigureAwait(false);
        }
        else if (type.EndsWith(".tar", StringComparison.Ordinal))
        {
            await ExtractTarAsync(blob, folder, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Unpacks an uncompressed tar archive.</summary>
    public static async Task ExtractTarAsync(
        Stream archive, string folder, CancellationToken cancellationToken, int mostEntries = MostEntries)
    {
        await using var tar = new TarReader(archive, leaveOpen: true);
        var entries = 0;
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
        {
            if (++entries > mostEntries)
            {
                throw new ArtifactException(
                    $"The archive has more than {mostEntries} entries: it is not unpacked. Pack many small records into few files.");
            }

            await ExtractEntryAsync(entry, folder, cancellationToken).ConfigureAwait(false);
        }
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
                Directory.CreateDirectory(path);
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
            case TarEntryType.HardLink:
                var linked = SafePath(folder, entry.LinkName);
                if (!File.Exists(linked) || new FileInfo(linked).LinkTarget is not null)
                {
                    throw Unsafe(entry.Name, $"is a link to '{entry.LinkName}', which is no file of the archive");
                }

                Prepare(path);
                File.Copy(linked, path);
                break;
            case TarEntryType.GlobalExtendedAttributes:
                break;
            default:
                throw Unsafe(entry.Name, $"is a {entry.EntryType}; only files, folders and links are unpacked");
        }
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
        if (!Directory.Exists(path) || new FileInfo(path).LinkTarget is not null)
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
