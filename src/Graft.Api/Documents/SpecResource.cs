using Graft.Api.Schema;
using Graft.Api.Validation;
using k8s;
using k8s.Models;

namespace Graft.Api.Documents;

/// <summary>One of Graft's resources in a file.</summary>
public sealed class SpecResource
{
    internal SpecResource(ResourceKind kind, string @namespace, string name, string file, DocumentMapping document)
    {
        Kind = kind;
        Namespace = @namespace;
        Name = name;
        File = file;
        Document = document;
    }

    /// <summary>Its kind.</summary>
    public ResourceKind Kind { get; }

    /// <summary>Its namespace: the document's, or else the one that the set was loaded for.</summary>
    public string Namespace { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The file that holds it: what a relative path in it starts from.</summary>
    public string File { get; }

    /// <summary>The line on which it starts.</summary>
    public int Line => Document.Line;

    /// <summary>The resource; null where its schema forbids something in it.</summary>
    public IKubernetesObject<V1ObjectMeta>? Resource { get; internal set; }

    internal DocumentMapping Document { get; }

    /// <summary>A problem of this resource, with its place in the file.</summary>
    public Diagnostic Locate(SpecProblem problem)
    {
        return Diagnostic.Locate(File, Document, problem);
    }
}
