using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>The name of another resource in the same namespace.</summary>
public sealed class LocalReference
{
    /// <summary>What the API server demands of the names of most resources (RFC 1123 subdomains).</summary>
    public const string NamePattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /// <summary><see cref="NamePattern"/> in words.</summary>
    public const string NameMeaning = "a resource's name: lower-case letters, digits, '-' and '.'";

    /// <summary>The resource's name.</summary>
    [Required]
    [Length(1, 253)]
    [RegularExpression(NamePattern, ErrorMessage = NameMeaning)]
    public string? Name { get; set; }
}

/// <summary>Where the files of a base model or a data set are.</summary>
[ExactlyOneOf("builtin", "path", "pvc", "oci")]
public sealed class FileSource
{
    /// <summary>Files that come with Graft: in the trainer image, and with the command line.</summary>
    public BuiltinSource? Builtin { get; set; }

    /// <summary>
    /// A folder on this computer, relative to the file that holds this spec. Only <c>graft run</c> reads it; a cluster refuses it.
    /// </summary>
    [Length(1, 1024)]
    public string? Path { get; set; }

    /// <summary>A folder on a PersistentVolumeClaim of the same namespace, mounted read-only.</summary>
    public PvcSource? Pvc { get; set; }

    /// <summary>An artifact or image in an OCI registry.</summary>
    public OciSource? Oci { get; set; }

    /// <summary>
    /// The source in one text: a path as it is written, with <c>./</c> in front of a plain name, anything else as
    /// <c>KIND://…</c>. No library takes it for the name of a model on a hub. Null where nothing is set.
    /// </summary>
    public string? InWords() => this switch
    {
        { Builtin.Name: { } builtin } => $"builtin://{builtin}",
        { Path: { } path } => path.StartsWith('/') || path.StartsWith('.') ? path : $"./{path}",
        { Pvc: { ClaimName: { } claim } pvc } => $"pvc://{claim}/{pvc.Path}",
        { Oci.Reference: { } reference } => $"oci://{reference}",
        _ => null,
    };
}

/// <summary>Files that come with Graft.</summary>
public sealed class BuiltinSource
{
    /// <summary>The folder's name, such as <c>tiny-llama</c>.</summary>
    [Required]
    [Length(1, 253)]
    [RegularExpression("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", ErrorMessage = "lower-case letters, digits and '-'")]
    public string? Name { get; set; }
}

/// <summary>A folder on a PersistentVolumeClaim.</summary>
public sealed class PvcSource
{
    /// <summary>The PersistentVolumeClaim's name, in the same namespace.</summary>
    [Required]
    [Length(1, 253)]
    [RegularExpression(LocalReference.NamePattern, ErrorMessage = LocalReference.NameMeaning)]
    public string? ClaimName { get; set; }

    /// <summary>The folder inside the volume; the volume's root if not given.</summary>
    [Length(1, 1024)]
    [RelativePath]
    public string? Path { get; set; }
}

/// <summary>An artifact or image in an OCI registry: any with tar or tar+gzip layers, or with files titled as ORAS titles them.</summary>
public sealed class OciSource
{
    /// <summary>The reference, such as <c>registry.example/models/tiny:1</c>; one by digest (<c>@sha256:…</c>) never changes.</summary>
    [Required]
    [Length(1, 1024)]
    [RegularExpression(
        "^[a-zA-Z0-9.-]+(:[0-9]+)?/[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$",
        ErrorMessage = "REGISTRY/REPOSITORY:TAG or REGISTRY/REPOSITORY@sha256:DIGEST")]
    public string? Reference { get; set; }

    /// <summary>A Secret of type <c>kubernetes.io/dockerconfigjson</c> in the same namespace with the registry's credentials.</summary>
    public LocalReference? PullSecretRef { get; set; }

    /// <summary>Speak HTTP without TLS to the registry; for tests and for registries inside the cluster.</summary>
    [DefaultValue(false)]
    public bool? PlainHttp { get; set; }
}

/// <summary>Under which terms the files may be used; copied to the model card of what is made from them.</summary>
public sealed class LicenseNotice
{
    /// <summary>The license's SPDX identifier, such as <c>Apache-2.0</c>.</summary>
    [Length(1, 128)]
    public string? Spdx { get; set; }

    /// <summary>Where its text is.</summary>
    [Length(1, 1024)]
    public string? Url { get; set; }

    /// <summary>A notice that must travel with the files.</summary>
    [Length(1, 4096)]
    public string? Notice { get; set; }
}
