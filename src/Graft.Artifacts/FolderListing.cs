using Graft.Common;

namespace Graft.Artifacts;

/// <summary>A file that the digest of its folder covers.</summary>
/// <param name="Name">Its path below the folder, with <c>/</c> between folders.</param>
/// <param name="Status">What the file system said of it when the folder was listed; of what it means, where it is a link.</param>
public readonly record struct ListedFile(string Name, FileStatus Status);

/// <summary>
/// The files that the digest of a folder covers, listed once: whoever asks for their names, their size and their digest is told of the
/// same files, and a folder of many files is walked once.
/// </summary>
public sealed class FolderListing
{
    private readonly HashSet<string> _names;

    private FolderListing(string folder, IReadOnlyList<ListedFile> files)
    {
        (Folder, Files) = (folder, files);
        _names = [.. Names];
    }

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }

    /// <summary>The files in the order in which they count.</summary>
    public IReadOnlyList<ListedFile> Files { get; }

    /// <summary>The names of the files in the order in which they count.</summary>
    public IEnumerable<string> Names => Files.Select(file => file.Name);

    /// <summary>The bytes of all files.</summary>
    public long Size => Files.Sum(file => file.Status.Size);

    /// <summary>Lists the files of a folder; see <see cref="FolderDigest"/> for which count.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FolderFilesException">A link leads nowhere or round in a circle, or there is no end of files.</exception>
    public static FolderListing Of(string folder)
    {
        var root = Path.GetFullPath(folder);
        return new FolderListing(root, new FolderFiles(root).List());
    }

    /// <summary>Whether a file that somebody names is one of them.</summary>
    /// <param name="name">The file's path below the folder, or its full path.</param>
    public bool Covers(string name)
    {
        return _names.Contains(Path.GetRelativePath(Folder, Path.GetFullPath(name, Folder)).Replace('\\', '/'));
    }
}
