using System.IO.Enumeration;

namespace Graft.Artifacts.Packing;

/// <summary>
/// Checks the links of an unpacked folder once all of it is there: whether a link leads out depends on the links on its way, which may
/// come after it, or from another layer.
/// </summary>
internal static class FolderLinks
{
    /// <summary>As many links as a system follows on one way.</summary>
    private const int LongestWay = 40;

    /// <summary>Refuses a folder with a link that leads out of it, or round in a circle.</summary>
    /// <exception cref="ArtifactException">There is such a link.</exception>
    public static void Check(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        // Not through links: two that lead back to their own folder are as many ways as there are numbers.
        var links = new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref entry) => IsLink(ref entry),
            ShouldRecursePredicate = (ref entry) => !IsLink(ref entry),
        };
        foreach (var path in links)
        {
            if (!StaysInside(folder, path))
            {
                throw new ArtifactException(
                    $"The archive's link '{Path.GetRelativePath(folder, path)}' leads out of its folder: it is not unpacked. Do not use this artifact.");
            }
        }
    }

    private static bool IsLink(ref FileSystemEntry entry)
    {
        return entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
    }

    /// <summary>Follows a path as the system does, name by name.</summary>
    private static bool StaysInside(string folder, string path)
    {
        var open = new Stack<string>(Names(Path.GetRelativePath(folder, path)));
        var at = folder;
        var links = 0;
        while (open.TryPop(out var name))
        {
            if (name == "..")
            {
                if (at.Length <= folder.Length)
                {
                    return false;
                }

                at = Path.GetDirectoryName(at)!;
                continue;
            }

            var next = Path.Combine(at, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                at = next;
                continue;
            }

            if (Path.IsPathRooted(target) || ++links > LongestWay)
            {
                return false;
            }

            foreach (var step in Names(target))
            {
                open.Push(step);
            }
        }

        return true;
    }

    /// <summary>The names of a path, last first.</summary>
    private static IEnumerable<string> Names(string path)
    {
        return path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name != ".").Reverse();
    }
}
