using System.IO.Enumeration;

namespace Graft.Trainer.Running;

/// <summary>
/// The folder of an input that somebody else may have filled: whatever is read of it must be in it, by name and behind links. A
/// pod has more in its file system than its inputs, credentials among them.
/// </summary>
internal static class InputFolder
{
    private const int MostLinks = 40;

    /// <summary>The path of a file that a spec names.</summary>
    /// <returns>The path below the folder.</returns>
    public static string PathOf(string folder, string name, Func<string, Exception> error)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(name) || name.Split('/').Contains(".."))
        {
            throw error($"The file name \"{name}\" leads out of its folder: give one relative to the folder, without \"..\".");
        }

        var path = Path.Combine(folder, name);
        return IsInside(folder, path)
            ? path
            : throw error($"The file \"{name}\" is a link that leads out of its folder: put a copy of the file in its place.");
    }

    /// <summary>
    /// Refuses a folder with a link that leads out of it, or round in a circle. Hidden names do not count, as in its digest.
    /// </summary>
    public static void RequireSelfContained(string folder, Func<string, Exception> error)
    {
        foreach (var link in Links(folder))
        {
            var name = Path.GetRelativePath(folder, link);
            if (name.Split('/').Any(part => part.StartsWith('.')))
            {
                continue;
            }

            if (!IsInside(folder, link))
            {
                throw error($"The link \"{name}\" leads out of its folder: put a copy of what it means in its place.");
            }

            if (Directory.Exists(link)
                && (RealPath(Path.GetDirectoryName(link)!) + "/").StartsWith(RealPath(link) + "/", StringComparison.Ordinal))
            {
                throw error($"The link \"{name}\" leads to a folder that it is in: remove it.");
            }
        }
    }

    private static IEnumerable<string> Links(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };
        return new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
    }

    private static bool IsInside(string folder, string path)
    {
        return RealPath(path) is { } real
            && RealPath(folder) is { } root && (real + "/").StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal);
    }

    /// <summary>The path with every link on the way replaced by what it means; null where links lead round in a circle.</summary>
    private static string? RealPath(string path)
    {
        var left = new Stack<string>(Parts(Path.GetFullPath(path)));
        var real = "/";
        var links = 0;
        while (left.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                return null;
            }

            real = target.StartsWith('/') ? "/" : real;
            foreach (var step in Parts(target))
            {
                left.Push(step);
            }
        }

        return real;
    }

    /// <summary>A path's parts, the last one first.</summary>
    private static IEnumerable<string> Parts(string path)
    {
        return path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse();
    }
}
