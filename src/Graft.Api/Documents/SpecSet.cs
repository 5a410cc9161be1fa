using Graft.Api.Runs;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using k8s;
using k8s.Models;

namespace Graft.Api.Documents;

/// <summary>How a set of specs is read.</summary>
public sealed record SpecSetOptions
{
    /// <summary>The namespace of documents that name none.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>
    /// How bad it is that a run names a resource that is not in the set: an error where nothing else can have it (a local run, a
    /// repository that holds everything), a warning where a cluster may.
    /// </summary>
    public Severity MissingReference { get; init; } = Severity.Warning;
}

/// <summary>The resources in some files, and everything that is wrong with them. Reads no files itself.</summary>
public sealed class SpecSet
{
    private readonly SpecSetOptions _options;
    private readonly List<SpecResource> _resources = [];
    private readonly List<Diagnostic> _diagnostics = [];

    private SpecSet(SpecSetOptions options)
    {
        _options = options;
    }

    /// <summary>All resources, in the order of the files and of the documents in them; those with errors as well.</summary>
    public IReadOnlyList<SpecResource> Resources => _resources;

    /// <summary>Everything that was found, by file (in the order given), line and column.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; private set; } = [];

    /// <summary>Whether anything in the set does not run.</summary>
    public bool HasErrors => _diagnostics.Exists(diagnostic => diagnostic.Severity == Severity.Error);

    /// <summary>Reads the YAML or JSON documents of some files and checks them, one by one and together.</summary>
    public static SpecSet Load(IEnumerable<SpecFile> files, SpecSetOptions? options = null)
    {
        var set = new SpecSet(options ?? new SpecSetOptions());
        var order = new Dictionary<string, int>();
        foreach (var file in files)
        {
            order.TryAdd(file.Path, order.Count);
            set.Add(file);
        }

        set._diagnostics.AddRange(new SetRules(set, set._options).Check());
        set.Diagnostics =
            [.. set._diagnostics.OrderBy(found => order[found.File]).ThenBy(found => found.Line).ThenBy(found => found.Column)];
        return set;
    }

    /// <summary>The resources of a type that follow their schema.</summary>
    public IEnumerable<(SpecResource Source, T Resource)> All<T>()
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        return _resources.Where(source => source.Resource is T).Select(source => (source, (T)source.Resource!));
    }

    /// <summary>The resource of a kind by namespace and name, also where it has errors; null where there is none.</summary>
    public SpecResource? Find(Type type, string @namespace, string name)
    {
        return _resources.Find(source => source.Kind.Type == type && source.Namespace == @namespace && source.Name == name);
    }

    /// <summary>What a run names, by the name in the plan, as far as it is in the set and follows its schema.</summary>
    public IReadOnlyDictionary<string, IInputResource> InputsOf(SpecResource source, IRunResource run)
    {
        return RunKinds.Of(run).Inputs(run.Spec)
            .Select(input => (input.Name, Found: Find(input.Kind.Type, source.Namespace, input.Resource!)?.Resource as IInputResource))
            .Where(input => input.Found is not null)
            .ToDictionary(input => input.Name, input => input.Found!);
    }

    private void Add(SpecFile file)
    {
        var documents = YamlReader.Read(file.Path, file.Text, out var problems);
        _diagnostics.AddRange(problems);
        foreach (var document in documents.SelectMany(Items))
        {
            if (document is DocumentMapping mapping)
            {
                Add(file.Path, mapping);
            }
            else
            {
                Report(file.Path, document, new SpecProblem(
                    Severity.Error,
                    ProblemCodes.WrongType,
                    FieldPath.Root,
                    $"a document is a mapping, this is {document.Describe()}",
                    "start with apiVersion, kind, metadata, spec"));
            }
        }
    }

    // `kubectl get -o yaml` writes a v1 List.
    private static IEnumerable<DocumentNode> Items(DocumentNode document)
    {
        return document is DocumentMapping mapping && mapping.GetText("kind") is "List" && mapping.Get("items") is DocumentSequence items
            ? items.Items
            : [document];
    }

    private void Add(string file, DocumentMapping document)
    {
        var (kind, problem) = DocumentKind.Of(document);
        if (kind is null)
        {
            Report(file, document, problem!);
            return;
        }

        var problems = SchemaChecker.Check(RootSchema(kind), document, FieldPath.Root);
        foreach (var found in problems)
        {
            Report(file, document, found);
        }

        var metadata = document.Get("metadata") as DocumentMapping;
        if (metadata?.GetText("name") is { } name)
        {
            _resources.Add(new SpecResource(kind, metadata.GetText("namespace") ?? _options.Namespace, name, file, document)
            {
                Resource = problems.Count == 0 ? kind.Read(DocumentJson.Write(document)) : null,
            });
        }
    }

    private static SchemaNode RootSchema(ResourceKind kind)
    {
        return new SchemaNode
        {
            Kind = SchemaKind.Object,
            Fields =
            [
                new SchemaField("apiVersion", new SchemaNode { Kind = SchemaKind.String }, true),
                new SchemaField("kind", new SchemaNode { Kind = SchemaKind.String }, true),
                new SchemaField("metadata", MetadataSchema.Node, true),
                new SchemaField("spec", kind.SpecSchema, true),
                // A server's own words: not what a person asks for, and dropped by the server when it is applied.
                new SchemaField("status", new SchemaNode { Kind = SchemaKind.Any }, false),
            ],
        };
    }

    private void Report(string file, DocumentNode document, SpecProblem problem)
    {
        _diagnostics.Add(Diagnostic.Locate(file, document, problem));
    }
}
