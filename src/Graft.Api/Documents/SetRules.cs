using Graft.Api.Runs;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Common;

namespace Graft.Api.Documents;

/// <summary>What can be wrong only between documents: names that are taken, and names that lead nowhere.</summary>
internal sealed class SetRules
{
    private const int MostNames = 10;

    /// <summary>Among how many names the nearest is looked for, and shown.</summary>
    private const int MostCandidates = 1000;

    private readonly SpecSet _set;
    private readonly SpecSetOptions _options;
    private readonly ILookup<(Type Type, string Name), SpecResource> _byName;
    private readonly ILookup<(Type Type, string Namespace), string> _names;

    public SetRules(SpecSet set, SpecSetOptions options)
    {
        (_set, _options) = (set, options);
        _byName = set.Resources.ToLookup(source => (source.Kind.Type, source.Name));
        _names = set.Resources.ToLookup(source => (source.Kind.Type, source.Namespace), source => source.Name);
    }

    /// <summary>Checks all resources. One in a file that is known to have too many errors is left alone.</summary>
    public void Check(DiagnosticList diagnostics)
    {
        foreach (var source in _set.Resources.Where(source => !diagnostics.IsFull(source.File, Severity.Error)))
        {
            foreach (var problem in Unserved(source).Concat(Duplicate(source)).Concat(Rules(source)))
            {
                diagnostics.Add(source.Locate(problem));
            }
        }
    }

    private IEnumerable<SpecProblem> Rules(SpecResource source)
    {
        return source.Resource switch
        {
            BaseModel model => SpecValidator.Rules(model),
            TrainingDataset dataset => SpecValidator.Rules(dataset),
            IRunResource run => Run(source, run),
            AdapterSweep sweep => Sweep(source, sweep),
            _ => [],
        };
    }

    private static IEnumerable<SpecProblem> Unserved(SpecResource source)
    {
        if (!source.Kind.IsServed)
        {
            yield return new SpecProblem(
                Severity.Note,
                ProblemCodes.NotServed,
                FieldPath.Of("kind"),
                $"nothing carries out {English.WithArticle(source.Kind.Kind)} yet: it is checked only",
                "write its runs as documents of their own");
        }
    }

    private IEnumerable<SpecProblem> Duplicate(SpecResource source)
    {
        if (_set.Find(source.Kind.Type, source.Namespace, source.Name) is { } first && first != source)
        {
            yield return new SpecProblem(
                Severity.Error,
                ProblemCodes.DuplicateResource,
                FieldPath.Of("metadata", "name"),
                $"there is {English.WithArticle(source.Kind.Kind)} \"{VisibleText.Short(source.Name)}\" in the namespace "
                    + $"\"{VisibleText.Short(source.Namespace)}\" already",
                $"it is at {first.File}:{first.Line}; rename one of them");
        }
    }

    private IEnumerable<SpecProblem> Run(SpecResource source, IRunResource run)
    {
        var kind = RunKinds.Of(run);
        return References(source, kind, run.Spec, FieldPath.Of("spec")).Concat(SpecValidator.Rules(run, _set.InputsOf(source, run)));
    }

    private IEnumerable<SpecProblem> Sweep(SpecResource source, AdapterSweep sweep)
    {
        var (kind, spec, field) = sweep.Spec.Template!.Selected;
        return References(source, kind, spec, FieldPath.Of("spec", "template", field)).Concat(SpecValidator.Rules(sweep));
    }

    private IEnumerable<SpecProblem> References(SpecResource source, IRunKind kind, RunSpec spec, FieldPath at)
    {
        return kind.Inputs(spec).SelectMany(input => Missing(source, input, at.Field([.. input.Field])));
    }

    private IEnumerable<SpecProblem> Missing(SpecResource source, RunInput input, FieldPath at)
    {
        var name = input.Resource!;
        // What is missing may be in a document that could not be read; that is told already.
        if (!_set.IsWhole || _set.Find(input.Kind.Type, source.Namespace, name) is not null)
        {
            yield break;
        }

        var here = _names[(input.Kind.Type, source.Namespace)].Take(MostCandidates).ToList();
        var remedy = _byName[(input.Kind.Type, name)].FirstOrDefault() is { } elsewhere
                ? $"the one at {elsewhere.File}:{elsewhere.Line} is in the namespace \"{elsewhere.Namespace}\", "
                    + $"this is in \"{source.Namespace}\""
            : NearestName.Find(name, here) is { } near ? $"did you mean \"{near}\"?"
            : here.Count > 0 ? $"there are: {string.Join(", ", here.Take(MostNames))}{(here.Count > MostNames ? ", …" : "")}"
            : $"give the file that holds it as well, or add a document of kind {input.Kind.Name}";
        yield return new SpecProblem(
            _options.MissingReference,
            ProblemCodes.ReferenceNotFound,
            at.Field("name"),
            $"there is no {input.Kind.Name} \"{name}\" in these files",
            remedy);
    }
}
