using System.IO.Enumeration;
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
    private const string VolumeRemains = "lost+found";

    /// <summary>
    /// SHA-256 over one line a file, <c>RELATIVE/NAME TAB sha256-of-bytes LF</c>, in ordinal order of the names with <c>/</c> between
    /// folders. Hidden files and folders (a name that begins with a dot: <c>.git</c>, <c>.cache</c>, a volume's <c>..data</c>) do not
    /// count, nor does a volume's <c>lost+found</c>.
    /// </summary>
    /// <returns><c>sha256:</c> and 64 hexadecimal digits.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static string Compute(string folder)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in Files(folder))
        {
            using var file = File.OpenRead(Path.Combine(folder, name));
            whole.AppendData(Encoding.UTF8.GetBytes($"{name}\t{Sha256Text.Of(file)}\n"));
        }

        return "sha256:" + Convert.ToHexStringLower(whole.GetHashAndReset());
    }

    /// <summary>The relative names of the files that count, in the order in which they count.</summary>
    public static IReadOnlyList<string> Files(string folder)
    {
        // What does not count is not entered either: only root may read a volume's lost+found.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        var files = new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && Counts(ref entry),
            ShouldRecursePredicate = (ref entry) => Counts(ref entry),
        };
        var root = Path.GetFullPath(folder);
        return [.. files.Select(path => Path.GetRelativePath(root, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }

    private static bool Counts(ref FileSystemEntry entry)
    {
        return !entry.FileName.StartsWith('.')
            && !(entry.FileName.SequenceEqual(VolumeRemains) && entry.Directory.Length == entry.RootDirectory.Length);
    }
}
