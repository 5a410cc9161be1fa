using Graft.Api.Runs;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Common;

namespace Graft.Api.Documents;

/// <summary>What can be wrong only between documents: names that are taken, and names that lead nowhere.</summary>
internal sealed class SetRules(SpecSet set, SpecSetOptions options)
{
    public IEnumerable<Diagnostic> Check()
    {
        return Duplicates()
            .Concat(set.All<BaseModel>().SelectMany(pair => Located(pair.Source, SpecValidator.Rules(pair.Resource))))
            .Concat(set.All<TrainingDataset>().SelectMany(pair => Located(pair.Source, SpecValidator.Rules(pair.Resource))))
            .Concat(set.All<IRunResource>().SelectMany(pair => Located(pair.Source, Run(pair.Source, pair.Resource))))
            .Concat(set.All<AdapterSweep>().SelectMany(pair => Located(pair.Source, Sweep(pair.Source, pair.Resource))));
    }

    private static IEnumerable<Diagnostic> Located(SpecResource source, IEnumerable<SpecProblem> problems)
    {
        return problems.Select(source.Locate);
    }

    private IEnumerable<Diagnostic> Duplicates()
    {
        return set.Resources
            .Where(source => set.Find(source.Kind.Type, source.Namespace, source.Name) != source)
            .Select(source =>
            {
                var first = set.Find(source.Kind.Type, source.Namespace, source.Name)!;
                return source.Locate(new SpecProblem(
                    Severity.Error,
                    ProblemCodes.DuplicateResource,
                    FieldPath.Of("metadata", "name"),
                    $"there is a {source.Kind.Kind} \"{source.Name}\" in the namespace \"{source.Namespace}\" already",
                    $"it is at {first.File}:{first.Line}; rename one of them"));
            });
    }

    private IEnumerable<SpecProblem> Run(SpecResource source, IRunResource run)
    {
        var kind = RunKinds.Of(run);
        return References(source, kind, run.Spec, FieldPath.Of("spec")).Concat(SpecValidator.Rules(run, set.InputsOf(source, run)));
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
        if (set.Find(input.Kind.Type, source.Namespace, name) is not null)
        {
            yield break;
        }

        var known = set.Resources.Where(other => other.Kind.Type == input.Kind.Type).ToList();
        var here = known.Where(other => other.Namespace == source.Namespace).Select(other => other.Name).ToList();
        var remedy = known.Find(other => other.Name == name) is { } elsewhere
                ? $"the one at {elsewhere.File}:{elsewhere.Line} is in the namespace \"{elsewhere.Namespace}\", "
                    + $"this is in \"{source.Namespace}\""
            : NearestName.Find(name, here) is { } near ? $"did you mean \"{near}\"?"
            : here.Count > 0 ? $"there are: {string.Join(", ", here)}"
            : $"give the file that holds it as well, or add a document of kind {input.Kind.Name}";
        yield return new SpecProblem(
            options.MissingReference,
            ProblemCodes.ReferenceNotFound,
            at.Field("name"),
            $"there is no {input.Kind.Name} \"{name}\" in these files",
            remedy);
    }
}
