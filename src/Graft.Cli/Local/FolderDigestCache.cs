using System.Globalization;
using Graft.Artifacts;
using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>
/// Remembers the digests of folders, so that gigabytes of weights are read once and not before each run. A remembered digest
/// counts as long as every file's name, size and time of change are what they were.
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
    public string Digest(string folder)
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
            // Not remembered yet.
        }

        var computed = FolderDigest.Compute(folder);
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
            // The time and length of what a link points to: that is what the digest reads.
            var file = new FileInfo(Path.Combine(folder, name));
            var target = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return string.Create(CultureInfo.InvariantCulture, $"{name}\t{target.Length}\t{target.LastWriteTimeUtc.Ticks}\n");
        });
        return Sha256(string.Concat(files));
    }

    private static string Sha256(string text)
    {
        return Sha256Text.Of(text);
    }
}
