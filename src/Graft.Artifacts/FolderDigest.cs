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
    public static string Compute(string folder, Action<long>? read = null)
    {
        long before = 0;
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in Files(folder))
        {
            using var file = new MeteredStream(File.OpenRead(Path.Combine(folder, name)), bytes => read?.Invoke(before += bytes));
            whole.AppendData(Encoding.UTF8.GetBytes($"{name}\t{Sha256Text.Of(file)}\n"));
        }

        return "sha256:" + Convert.ToHexStringLower(whole.GetHashAndReset());
    }

    /// <summary>The bytes of the files that count.</summary>
    public static long Size(string folder)
    {
        return Files(folder).Sum(name => FileStatus.Of(Path.Combine(folder, name))?.Size ?? 0);
    }

    /// <summary>The relative names of the files that count, in the order in which they count.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FolderFilesException">A link leads nowhere or round in a circle, or there is no end of files.</exception>
    public static IReadOnlyList<string> Files(string folder) => new FolderFiles(Path.GetFullPath(folder)).Names();

    /// <summary>Whether the digest of a folder covers a file that somebody names in it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The file's path below it.</param>
    public static bool Covers(string folder, string name)
    {
        var root = Path.GetFullPath(folder);
        return Files(root).Contains(Path.GetRelativePath(root, Path.GetFullPath(name, root)).Replace('\\', '/'));
    }
}
