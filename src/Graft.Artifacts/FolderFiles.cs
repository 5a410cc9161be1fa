using System.IO.Enumeration;
using Graft.Common;

namespace Graft.Artifacts;

/// <summary>The files of a folder cannot be told one by one; the message says why and what to do. Trying again changes nothing.</summary>
public sealed class FolderFilesException(string message) : FileNotFoundException(message);

/// <summary>
/// The files of a folder that its digest covers. Links are followed: what they mean is what is read. One that leads to a folder that it is
/// in has no end and is refused, and so are folders in folders, and entries, beyond what a model or a data set has.
/// </summary>
/// <param name="root">The folder.</param>
/// <param name="mostEntries">The most files and folders.</param>
internal sealed class FolderFiles(string root, int mostEntries = FolderFiles.MostEntries)
{
    private const string VolumeRemains = "lost+found";
    private const int MostEntries = 1_000_000;
    private const int Deepest = 100;

    private readonly List<ListedFile> _files = [];
    private readonly List<string> _around = [];
    private int _entries;

    /// <summary>They in ordinal order of their relative names.</summary>
    public IReadOnlyList<ListedFile> List()
    {
        Enter(root, "", FileStatus.Of(root) ?? default);
        _files.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return _files;
    }

    private void Enter(string folder, string prefix, FileStatus status)
    {
        var options = new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false };
        string[] names = [.. new FileSystemEnumerable<string>(folder, (ref entry) => entry.FileName.ToString(), options)];
        _around.Add(status.Identity);
        foreach (var name in names.Where(name => Counts(name, prefix)))
        {
            Add(Path.Combine(folder, name), prefix + name);
        }

        _around.RemoveAt(_around.Count - 1);
    }

    private void Add(string path, string name)
    {
        if (++_entries > mostEntries)
        {
            throw new FolderFilesException(
                $"{root}: there are more than {mostEntries} files and folders in it, counted behind links: name the folder that holds the "
                + "files that are meant.");
        }

        switch (FileStatus.Of(path))
        {
            case null:
                throw new FolderFilesException($"{root}: the link \"{name}\" leads nowhere: remove it, or bring back what it means.");
            case { Type: FileType.Other }:
                throw new FolderFilesException(
                    $"{root}: \"{name}\" is neither a file nor a folder (a pipe, a socket or a device): remove it.");
            case { Type: FileType.Folder } status:
                AddFolder(path, name, status);
                break;
            case { } status:
                _files.Add(new ListedFile(name, status));
                break;
        }
    }

    private void AddFolder(string path, string name, FileStatus status)
    {
        if (OutputMarker.IsIn(path))
        {
            return;
        }

        if (status.Identity.Length > 0 && _around.Contains(status.Identity))
        {
            throw new FolderFilesException($"{root}: the link \"{name}\" leads to a folder that it is in: remove it.");
        }

        if (_around.Count > Deepest)
        {
            throw new FolderFilesException($"{root}: \"{name}\" is more than {Deepest} folders deep: remove what leads there.");
        }

        Enter(path, name + "/", status);
    }

    // What does not count is not entered either: only root may read a volume's lost+found.
    private static bool Counts(string name, string prefix) => !name.StartsWith('.') && !(prefix.Length == 0 && name == VolumeRemains);
}
