using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Graft.Artifacts.Oci;

namespace Graft.Artifacts.Packing;

/// <summary>
/// A folder as one image layer, packed into a file. The archive depends on names and contents only: sorted, and with fixed
/// times, owners and modes; in ustar format, because .NET's pax headers carry the process id. It ends with exactly two zero
/// blocks, because <c>oras</c> compares the digest of what it has read.
/// </summary>
/// <param name="Path">The packed file; the caller deletes it.</param>
/// <param name="Descriptor">Digest and size of the packed file, with the annotations by which <c>oras</c> unpacks it.</param>
/// <param name="DiffId">Digest of the archive before compression.</param>
internal sealed record PackedLayer(string Path, Descriptor Descriptor, string DiffId)
{
    /// <summary>The title of a layer whose files lie there: what tells one layout from another.</summary>
    public static string Title(LayerRoot root)
    {
        return root == LayerRoot.Root ? "." : Prefix(root);
    }

    /// <summary>The folder within the archive, without slashes; empty for its root.</summary>
    public static string Prefix(LayerRoot root)
    {
        return root == LayerRoot.Root ? "" : root.ToString().ToLowerInvariant();
    }

    /// <summary>The bytes of all files of the folder.</summary>
    public static long SizeOf(string folder)
    {
        return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
    }

    /// <summary>Packs all files of the folder.</summary>
    /// <exception cref="ArtifactException">There is no file, or something that is no plain file.</exception>
    public static async Task<PackedLayer> PackAsync(
        string folder, LayerRoot root, string packedPath, Action<TransferProgress>? packed, CancellationToken cancellationToken)
    {
        var prefix = Prefix(root);
        var meter = new TransferMeter(packed, TransferStep.Packing, SizeOf(folder));
        await using (var file = new FileStream(packedPath, FileMode.Create, FileAccess.ReadWrite))
        {
            string diffId;
            // Weights do not compress: the fastest level costs least for the little there is to gain.
            await using (var gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
            await using (var hashing = new HashingWriteStream(gzip, meter.Report))
            {
                await using (var tar = new TarWriter(hashing, TarEntryFormat.Ustar, leaveOpen: true))
                {
                    await WriteEntriesAsync(tar, folder, prefix, cancellationToken).ConfigureAwait(false);
                }

                diffId = hashing.Digest();
            }

            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            file.Position = 0;
            var descriptor = new Descriptor
            {
                MediaType = MediaTypes.ImageLayerGzip,
                Digest = OciDigest.Format(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false)),
                Size = file.Length,
                Annotations = new(StringComparer.Ordinal)
                {
                    [Annotations.Title] = Title(root),
                    [Annotations.OrasUnpack] = "true",
                    [Annotations.OrasContentDigest] = diffId,
                },
            };
            return new PackedLayer(packedPath, descriptor, diffId);
        }
    }

    private static async Task WriteEntriesAsync(TarWriter tar, string folder, string prefix, CancellationToken cancellationToken)
    {
        var entries = new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(info => (Name: Join(prefix, System.IO.Path.GetRelativePath(folder, info.FullName).Replace('\\', '/')), Info: info))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .ToList();
        if (!entries.Exists(entry => entry.Info is FileInfo))
        {
            throw new ArtifactException($"'{folder}' holds no file to publish.");
        }

        if (prefix.Length > 0)
        {
            await tar.WriteEntryAsync(Fixed(TarEntryType.Directory, prefix + "/"), cancellationToken).ConfigureAwait(false);
        }

        foreach (var (name, info) in entries)
        {
            if (info.LinkTarget is not null)
            {
                throw new ArtifactException($"'{info.FullName}' is a link; an artifact holds plain files only. Replace it by the file.");
            }

            if (info is DirectoryInfo)
            {
                await tar.WriteEntryAsync(Fixed(TarEntryType.Directory, name + "/"), cancellationToken).ConfigureAwait(false);
                continue;
            }

            await using var content = File.OpenRead(info.FullName);
            var entry = Fixed(TarEntryType.RegularFile, name);
            entry.DataStream = content;
            await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
        }
    }

    private static UstarTarEntry Fixed(TarEntryType type, string name)
    {
        const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode Folder = File | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return new UstarTarEntry(type, name)
        {
            ModificationTime = DateTimeOffset.UnixEpoch,
            Mode = type == TarEntryType.Directory ? Folder : File,
            Uid = 0,
            Gid = 0,
        };
    }

    private static string Join(string prefix, string name)
    {
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }
}
