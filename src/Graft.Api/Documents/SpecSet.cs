using Graft.Api.Runs;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Common;
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
    private const string StatusField = "status";

    private readonly SpecSetOptions _options;
    private readonly List<SpecResource> _resources = [];
    private readonly Dictionary<(Type Type, string Namespace, string Name), SpecResource> _byName = [];
    private readonly List<string> _foreign = [];
    private readonly DiagnosticList _diagnostics = new();

    private SpecSet(SpecSetOptions options)
    {
        _options = options;
    }

    /// <summary>All resources, in the order of the files and of the documents in them; those with errors as well.</summary>
    public IReadOnlyList<SpecResource> Resources => _resources;

    /// <summary>
    /// What was found, by file (in the order given), line and column. Of each severity a file has a hundred at most, and then one with the
    /// code <see cref="ProblemCodes.MoreProblems"/>.
    /// </summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; private set; } = [];

    /// <summary>Whether anything in the set does not run.</summary>
    public bool HasErrors => Count(Severity.Error) > 0;

    /// <summary>Whether every document was read: what is missing may be in one that was not.</summary>
    internal bool IsWhole { get; private set; } = true;

    /// <summary>Reads the YAML or JSON documents of some files and checks them, one by one and together.</summary>
    public static SpecSet Load(IEnumerable<SpecFile> files, SpecSetOptions? options = null)
    {
        var set = new SpecSet(options ?? new SpecSetOptions());
        foreach (var file in files)
        {
            set._diagnostics.Begin(file.Path);
            set.Add(file);
        }

        new SetRules(set, set._options).Check(set._diagnostics);
        set.CheckForNothing();
        set.Diagnostics = set._diagnostics.Ordered();
        return set;
    }

    /// <summary>Takes in problems that others have found in these files.</summary>
    public void Report(IEnumerable<Diagnostic> problems)
    {
        foreach (var problem in problems.ToList())
        {
            _diagnostics.Add(problem);
        }

        Diagnostics = _diagnostics.Ordered();
    }

    /// <summary>How many problems of a severity were found, with those that are not told one by one.</summary>
    public int Count(Severity severity)
    {
        return _diagnostics.Count(severity);
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
        return _byName.GetValueOrDefault((type, @namespace, name));
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
        if (file.Fault is { } fault)
        {
            _diagnostics.Add(fault);
            IsWhole = false;
            return;
        }

        var documents = YamlReader.Read(
            file.Text, (line, column, problem) => _diagnostics.Add(new Diagnostic(file.Path, line, column, problem)), out var isWhole);
        IsWhole &= isWhole;
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
        if (problem is not null)
        {
            Report(file, document, problem);
        }

        if (kind is null)
        {
            _foreign.Add(DocumentKind.Name(document));
            return;
        }

        var isRight = problem is null && FollowsSchema(file, kind, document);
        var metadata = document.Get("metadata") as DocumentMapping;
        if (metadata?.GetText("name") is { } name)
        {
            var resource = new SpecResource(kind, metadata.GetText("namespace") ?? _options.Namespace, name, file, document)
            {
                Resource = isRight ? kind.Read(DocumentJson.Write(AsAsked(document))) : null,
            };
            _resources.Add(resource);
            _byName.TryAdd((kind.Type, resource.Namespace, resource.Name), resource);
        }
    }

    private bool FollowsSchema(string file, ResourceKind kind, DocumentMapping document)
    {
        var (problems, more) = SchemaChecker.Check(RootSchema(kind), document, FieldPath.Root);
        foreach (var found in problems)
        {
            Report(file, document, found);
        }

        _diagnostics.AddMore(file, Severity.Error, more);
        return problems.Count == 0;
    }

    /// <summary>The document without what a server adds to it, which is of no use here and of any form.</summary>
    private static DocumentMapping AsAsked(DocumentMapping document)
    {
        return document with
        {
            Entries =
            [
                .. document.Entries.Where(entry => entry.Key != StatusField).Select(
                    entry => entry is { Key: "metadata", Value: DocumentMapping metadata }
                        ? entry with { Value = metadata with { Entries = MetadataSchema.AsAsked(metadata.Entries) } }
                        : entry),
            ],
        };
    }

    /// <summary>Files in which there is nothing to check are most likely not those that were meant.</summary>
    private void CheckForNothing()
    {
        if (_resources.Count > 0 || HasErrors || _diagnostics.FirstFile is not { } file)
        {
            return;
        }

        const int MostNames = 5;
        var kinds = _foreign.Distinct().ToList();
        var found = kinds.Count == 0
            ? "no document at all, as in an empty file or one of comments"
            : $"{English.Count(_foreign.Count, "document")} of other kinds: {string.Join(", ", kinds.Take(MostNames))}"
                + (kinds.Count > MostNames ? ", …" : "");
        _diagnostics.Add(new Diagnostic(file, 1, 1, new SpecProblem(
            Severity.Error,
            ProblemCodes.NothingFound,
            FieldPath.Root,
            $"none of Graft's resources is in {(_diagnostics.Files == 1 ? "this file" : $"these {_diagnostics.Files} files")}, so nothing was checked; "
                + $"found: {found}",
            $"Graft's documents begin with apiVersion: {GraftApi.GroupVersion}")));
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
                new SchemaField(StatusField, new SchemaNode { Kind = SchemaKind.Any }, false),
            ],
        };
    }

    private void Report(string file, DocumentNode document, SpecProblem problem)
    {
        _diagnostics.Add(Diagnostic.Locate(file, document, problem));
    }
}
