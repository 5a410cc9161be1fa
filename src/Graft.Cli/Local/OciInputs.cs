using Graft.Api.V1Alpha1;
using Graft.Artifacts;
using Graft.Artifacts.Oci;
using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>Fetches models and data sets from registries, once each.</summary>
/// <param name="directory">Where what was fetched is kept, one folder a digest.</param>
public sealed class OciInputs(string directory)
{
    /// <summary>The folder with the artifact's files.</summary>
    public async Task<string> FetchAsync(OciSource source, CancellationToken cancellationToken)
    {
        var reference = OciReference.Parse(source.Reference!);
        if (reference.Digest is { } digest && Directory.Exists(FolderOf(digest)))
        {
            return FolderOf(digest);
        }

        // A tag may have moved since it was last fetched, so only a digest is looked up in what is already there.
        Directory.CreateDirectory(directory);
        UnfinishedFiles.Sweep(directory);
        var arriving = UnfinishedFiles.Beside(Path.Combine(directory, "arriving"));
        var options = RegistryHosts.Options(source.Reference!, source.PlainHttp);
        var fetched = await ArtifactStore.PullAsync(reference.ToString(), arriving, options, cancellationToken).ConfigureAwait(false);
        try
        {
            Directory.Move(arriving, FolderOf(fetched));
        }
        catch (IOException) when (Directory.Exists(FolderOf(fetched)))
        {
            // It was there already, or another process has fetched it meanwhile.
            Directory.Delete(arriving, recursive: true);
        }

        return FolderOf(fetched);
    }

    private string FolderOf(string digest)
    {
        return Path.Combine(directory, digest.Replace(':', '-'));
    }
}
