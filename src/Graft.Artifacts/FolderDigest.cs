using System.Security.Cryptography;
using System.Text;
using Graft.Common;

namespace Graft.Artifacts;

/// <summary>
/// The digest of a folder's files: what pins a base model or a data set. It depends on the files' relative names and bytes alone, so
/// that a copy on a volume, in an image or on a laptop has the same digest.
/// </summary>
public static class FolderDigest
{
    /// <summary>
    /// SHA-256 over one line a file, <c>RELATIVE/NAME TAB sha256-of-bytes LF</c>, in ordinal order of the names with <c>/</c> between
    /// folders. Hidden files and folders (a name that begins with a dot: <c>.git</c>, <c>.cache</c>, a volume's <c>..data</c>) do not
    /// count, nor does a volume's <c>lost+found</c>, nor what Graft writes (<see cref="OutputMarker"/>).
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="read">Told now and then how many bytes have been read.</param>
    /// <returns><c>sha256:</c> and 64 hexadecimal digits.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static string Compute(string folder, Action<long>? read = null) => Compute(FolderListing.Of(folder), read);

    /// <summary>The digest of files that are listed already.</summary>
    /// <param name="files">The files.</param>
    /// <param name="read">Told now and then how many bytes have been read.</param>
    public static string Compute(FolderListing files, Action<long>? read = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        long before = 0;
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in files.Names)
        {
            using var file = File.OpenRead(Path.Combine(files.Folder, name));
            var digest = Sha256Text.Of(file, bytes => read?.Invoke(before += bytes));
            whole.AppendData(Encoding.UTF8.GetBytes($"{name}\t{digest}\n"));
        }

        return "sha256:" + Convert.ToHexStringLower(whole.GetHashAndReset());
    }
}
