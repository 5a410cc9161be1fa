using Graft.Api.Validation;

namespace Graft.Api.Documents;

/// <summary>
/// Collects what is wrong with some files, and no more of it than a person reads: of each file and severity the first ones, and how many
/// more there are.
/// </summary>
internal sealed class DiagnosticList
{
    private const int MostOfFile = SchemaChecker.MostProblems;

    private readonly Dictionary<string, int> _order = [];
    private readonly Dictionary<(string File, Severity Severity), (List<Diagnostic> Told, int More)> _found = [];

    /// <summary>The file that came first; null without any.</summary>
    public string? FirstFile { get; private set; }

    /// <summary>How many files there are.</summary>
    public int Files => _order.Count;

    /// <summary>Names the next file: diagnostics come in this order.</summary>
    public void Begin(string file)
    {
        FirstFile ??= file;
        _order.TryAdd(file, _order.Count);
    }

    /// <summary>Whether no more problems of this severity are told of the file, so that none need be looked for.</summary>
    public bool IsFull(string file, Severity severity)
    {
        return _found.TryGetValue((file, severity), out var found) && found.Told.Count >= MostOfFile;
    }

    public void Add(Diagnostic diagnostic)
    {
        if (IsFull(diagnostic.File, diagnostic.Severity))
        {
            AddMore(diagnostic.File, diagnostic.Severity, 1);
            return;
        }

        var key = (diagnostic.File, diagnostic.Severity);
        var found = _found.GetValueOrDefault(key, ([], 0));
        found.Told.Add(diagnostic);
        _found[key] = found;
    }

    /// <summary>Counts problems that are not told one by one.</summary>
    public void AddMore(string file, Severity severity, int count)
    {
        if (count > 0)
        {
            var found = _found.GetValueOrDefault((file, severity), ([], 0));
            _found[(file, severity)] = found with { More = found.More + count };
        }
    }

    /// <summary>How many of a severity were found.</summary>
    public int Count(Severity severity)
    {
        return _found.Where(found => found.Key.Severity == severity).Sum(found => found.Value.Told.Count + found.Value.More);
    }

    /// <summary>All, by file, line and column.</summary>
    public IReadOnlyList<Diagnostic> Ordered()
    {
        return
        [
            .. _found.SelectMany(found => Told(found.Key.Severity, found.Value.Told, found.Value.More))
                .OrderBy(found => _order[found.File]).ThenBy(found => found.Line).ThenBy(found => found.Column),
        ];
    }

    private static IEnumerable<Diagnostic> Told(Severity severity, List<Diagnostic> told, int more)
    {
        if (more == 0)
        {
            return told;
        }

        var last = told.MaxBy(found => (found.Line, found.Column))!;
        return [.. told, last with { Problem = SpecProblem.More(severity, more) }];
    }
}
