namespace Graft.Artifacts.Oci;

/// <summary>Media types that are written or understood.</summary>
internal static class MediaTypes
{
    public const string AdapterArtifact = "application/vnd.graft.adapter.v1";
    public const string ProjectorArtifact = "application/vnd.graft.projector.v1";
    public const string ModelArtifact = "application/vnd.graft.model.v1";
    public const string FilesArtifact = "application/vnd.graft.files.v1";
    public const string ImageManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string ImageIndex = "application/vnd.oci.image.index.v1+json";
    public const string ImageConfig = "application/vnd.oci.image.config.v1+json";
    public const string ImageLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
}

/// <summary>Keys of annotations.</summary>
public static class Annotations
{
    /// <summary>Identity of the run that made the artifact.</summary>
    public const string RunUid = "dev.graft/run-uid";

    /// <summary>Hash of the recipe that made the artifact.</summary>
    public const string PlanHash = "dev.graft/plan-hash";

    /// <summary>The frozen base model.</summary>
    public const string BaseName = "org.opencontainers.image.base.name";

    /// <summary>File or folder name, by which <c>oras</c> writes a layer.</summary>
    public const string Title = "org.opencontainers.image.title";

    /// <summary>Name of a manifest within a layout folder.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>Tells <c>oras</c> that the layer is a packed folder.</summary>
    public const string OrasUnpack = "io.deis.oras.content.unpack";

    /// <summary>Digest of the layer's tar before compression: the content's identity, whichever zlib compressed it.</summary>
    public const string OrasContentDigest = "io.deis.oras.content.digest";

    /// <summary>File name of a layer in the CNCF model format.</summary>
    public const string ModelFilePath = "org.cncf.model.filepath";
}
