using System.Globalization;
using Graft.Artifacts;
using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>
/// Remembers the digests of folders, so that gigabytes of weights are read once and not before each run. A remembered digest
/// counts as long as every file's name, size and times are what they were, and it is the same file: a time that somebody sets back is no
/// disguise where the file system keeps the time of the change itself.
/// </summary>
/// <param name="directory">Where the digests are remembered, one small file a folder.</param>
public sealed class FolderDigestCache(string directory)
{
    /// <summary>The cache in the user's cache folder (<c>$XDG_CACHE_HOME</c>, else <c>~/.cache</c>).</summary>
    public static FolderDigestCache OfUser()
    {
        var home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        var caches = string.IsNullOrEmpty(home)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache")
            : home;
        return new FolderDigestCache(Path.Combine(caches, "graft", "digests"));
    }

    /// <summary>The folder's digest; see <see cref="FolderDigest"/>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="read">Told how many bytes have been read, where they have to be.</param>
    public string Digest(string folder, Action<long>? read = null)
    {
        var fingerprint = Fingerprint(folder);
        var entry = Path.Combine(directory, Sha256(Path.GetFullPath(folder)));
        try
        {
            if (File.ReadAllText(entry).Split('\n') is [var known, var digest, ..] && known == fingerprint)
            {
                return digest;
            }
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            // Not remembered yet, or by somebody else.
        }

        var computed = FolderDigest.Compute(folder, read);
        Remember(entry, $"{fingerprint}\n{computed}\n");
        return computed;
    }

    private void Remember(string entry, string text)
    {
        try
        {
            UnfinishedFiles.Sweep(directory);
            AtomicFile.WriteText(entry, text);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            // A cache that cannot be written costs time, nothing else.
        }
    }

    private static string Fingerprint(string folder)
    {
        var files = FolderDigest.Files(folder).Select(name =>
        {
            // Of what a link means: that is what the digest reads.
            var file = FileStatus.Of(Path.Combine(folder, name)) ?? default;
            return string.Create(
                CultureInfo.InvariantCulture, $"{name}\t{file.Size}\t{file.Identity}\t{file.Modified}\t{file.Changed}\n");
        });
        return Sha256(string.Concat(files));
    }

    private static string Sha256(string text)
    {
        return Sha256Text.Of(text);
    }
}
