using Graft.Api.V1Alpha1;
using Graft.Artifacts;
using Graft.Artifacts.Oci;

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
        var arriving = Path.Combine(directory, $"arriving-{Guid.NewGuid():N}");
        var options = RegistryHosts.Options(source.Reference!, source.PlainHttp);
        var fetched = await ArtifactStore.PullAsync(reference.ToString(), arriving, options, cancellationToken).ConfigureAwait(false);
        if (Directory.Exists(FolderOf(fetched)))
        {
            Directory.Delete(arriving, recursive: true);
        }
        else
        {
            Directory.Move(arriving, FolderOf(fetched));
        }

        return FolderOf(fetched);
    }

    private string FolderOf(string digest)
    {
        return Path.Combine(directory, digest.Replace(':', '-'));
    }
}
