using System.Globalization;
using Graft.Api.Reporting;
using Graft.Artifacts;
using Graft.Common;
using Graft.Programs;

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

    /// <summary>The folder's digest; a line shows how far the reading of its files is, where they have to be read.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="line">The line.</param>
    /// <param name="what">What is said to be done.</param>
    public string Digest(string folder, ActivityLine line, string? what = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        var files = FolderListing.Of(folder);
        line.Report(new ActivityProgress
        {
            What = what ?? $"Reading {ShortPath.Of(folder)} for its digest",
            Total = files.Size,
            IsBytes = true,
        });
        return Digest(files, line.Report);
    }

    /// <summary>The digest of a folder's files; see <see cref="FolderDigest"/>.</summary>
    /// <param name="files">The files.</param>
    /// <param name="read">Told how many bytes have been read, where they have to be.</param>
    public string Digest(FolderListing files, Action<long>? read = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        var fingerprint = Fingerprint(files);
        var entry = EntryOf(files.Folder);
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

        var computed = FolderDigest.Compute(files, read);
        Remember(entry, $"{fingerprint}\n{computed}\n");
        return computed;
    }

    /// <summary>Remembers of a folder that was moved what was remembered of it: a file that only moves is the same file.</summary>
    /// <param name="from">Where it was.</param>
    /// <param name="to">Where it is.</param>
    public void Follow(string from, string to)
    {
        try
        {
            File.Move(EntryOf(from), EntryOf(to), overwrite: true);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            // Then its files are read again.
        }
    }

    private string EntryOf(string folder) => Path.Combine(directory, Sha256Text.Of(Path.GetFullPath(folder)));

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

    private static string Fingerprint(FolderListing files) => Sha256Text.Of(string.Concat(files.Files.Select(file =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{file.Name}\t{file.Status.Size}\t{file.Status.Identity}\t{file.Status.Modified}\t{file.Status.Changed}\n"))));
}
