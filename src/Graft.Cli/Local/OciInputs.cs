using Graft.Api.V1Alpha1;
using Graft.Artifacts;
using Graft.Artifacts.Oci;
using Graft.Cli.Display;
using Graft.Common;
using Graft.Programs;

namespace Graft.Cli.Local;

/// <summary>Fetches models and data sets from registries; what is here already is not fetched again.</summary>
/// <param name="directory">Where they are kept: a folder for each digest, with a file beside it that says what its files were.</param>
/// <param name="digests">Remembers the digests of folders.</param>
public sealed class OciInputs(string directory, FolderDigestCache digests)
{
    /// <summary>The folder with the artifact's files.</summary>
    /// <param name="source">Where it is.</param>
    /// <param name="line">Shows the transfer.</param>
    /// <param name="activity">What is done, in its words.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string> FetchAsync(OciSource source, ActivityLine line, string activity, CancellationToken cancellationToken)
    {
        var reference = OciReference.Parse(source.Reference!);
        if (reference.Digest is { } digest && IsAsFetched(FolderOf(digest), line))
        {
            return FolderOf(digest);
        }

        // A tag may have moved since it was last fetched, so only a digest is looked up in what is already there.
        OutputMarker.Write(directory);
        UnfinishedFiles.Sweep(directory);
        var arriving = UnfinishedFiles.Beside(Path.Combine(directory, "arriving"));
        var options = RegistryHosts.Options(source.Reference!, source.PlainHttp).ShownBy(line, activity);
        try
        {
            var fetched = await ArtifactStore.PullAsync(reference.ToString(), arriving, options, cancellationToken).ConfigureAwait(false);
            return Keep(arriving, FolderOf(fetched), line);
        }
        catch (IOException error) when (FileFaults.IsDiskFull(error))
        {
            throw new CliException($"'{reference}' cannot be kept. {FileFaults.Describe(error, directory)}");
        }
        finally
        {
            if (Directory.Exists(arriving))
            {
                Directory.Delete(arriving, recursive: true);
            }
        }
    }

    private string Keep(string arriving, string folder, ActivityLine line)
    {
        if (IsAsFetched(folder, line))
        {
            // The tag means what was fetched before, or another process was faster.
            return folder;
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        AtomicFile.WriteText(RecordOf(folder), digests.Digest(arriving, line, "Reading what was fetched for its digest"));
        Directory.Move(arriving, folder);
        digests.Follow(arriving, folder);
        return folder;
    }

    /// <summary>
    /// Whether a folder holds what was fetched into it. Its name is the digest of a manifest and not of its files, and anybody may have
    /// edited those since.
    /// </summary>
    private bool IsAsFetched(string folder, ActivityLine line)
    {
        return Directory.Exists(folder) && File.Exists(RecordOf(folder))
            && SmallFile.ReadText(RecordOf(folder)) == digests.Digest(folder, line);
    }

    private static string RecordOf(string folder) => $"{folder}.digest";

    private string FolderOf(string digest)
    {
        return Path.Combine(directory, digest.Replace(':', '-'));
    }
}
