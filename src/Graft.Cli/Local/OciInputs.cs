using Graft.Api.V1Alpha1;
using Graft.Artifacts;
using Graft.Artifacts.Oci;

namespace Graft.Cli.Local;

/// <summary>Fetches models and data sets from registries, once each.</summary>
/// <param name="open">Opens the store that a reference is in.</param>
/// <param name="directory">Where what was fetched is kept, one folder a digest.</param>
public sealed class OciInputs(Func<OciReference, bool, IArtifactStore> open, string directory)
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
        var arriving = Path.Combine(directory, $"arriving-{Guid.NewGuid():N}");
        var plainHttp = source.PlainHttp ?? RegistryHosts.IsLoopback(reference.Registry!);
        var fetched = await open(reference, plainHttp).PullAsync(reference.ToString(), arriving, cancellationToken).ConfigureAwait(false);
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
