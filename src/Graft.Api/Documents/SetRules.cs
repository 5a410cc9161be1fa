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
            .Concat(set.All<AdapterTrainingRun>().SelectMany(pair => Located(pair.Source, Run(pair.Source, pair.Resource))))
            .Concat(set.All<ProjectionPretrain>().SelectMany(pair => Located(pair.Source, Projection(pair.Source, pair.Resource))))
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

    private IEnumerable<SpecProblem> Run(SpecResource source, AdapterTrainingRun run)
    {
        var model = Named<BaseModel>(source, run.Spec.BaseModelRef!);
        var dataset = Named<TrainingDataset>(source, run.Spec.Data!.DatasetRef!);
        return References(source, run.Spec, FieldPath.Of("spec")).Concat(SpecValidator.Rules(run, model, dataset));
    }

    private IEnumerable<SpecProblem> Projection(SpecResource source, ProjectionPretrain run)
    {
        var dataset = Named<TrainingDataset>(source, run.Spec.Data!.DatasetRef!);
        return References(source, run.Spec, FieldPath.Of("spec")).Concat(SpecValidator.Rules(run, dataset));
    }

    private IEnumerable<SpecProblem> Sweep(SpecResource source, AdapterSweep sweep)
    {
        var template = FieldPath.Of("spec", "template");
        var references = sweep.Spec.Template switch
        {
            { AdapterTrainingRun: { } run } => References(source, run, template.Field("adapterTrainingRun")),
            { ProjectionPretrain: { } run } => References(source, run, template.Field("projectionPretrain")),
            _ => [],
        };
        return references.Concat(SpecValidator.Rules(sweep));
    }

    private IEnumerable<SpecProblem> References(SpecResource source, AdapterTrainingRunSpec spec, FieldPath at)
    {
        return Missing<BaseModel>(source, spec.BaseModelRef!, at.Field("baseModelRef"))
            .Concat(Missing<TrainingDataset>(source, spec.Data!.DatasetRef!, at.Field("data", "datasetRef")));
    }

    private IEnumerable<SpecProblem> References(SpecResource source, ProjectionPretrainSpec spec, FieldPath at)
    {
        return Missing<BaseModel>(source, spec.EncoderRef!, at.Field("encoderRef"))
            .Concat(Missing<BaseModel>(source, spec.LanguageModelRef!, at.Field("languageModelRef")))
            .Concat(Missing<TrainingDataset>(source, spec.Data!.DatasetRef!, at.Field("data", "datasetRef")));
    }

    private T? Named<T>(SpecResource source, LocalReference reference)
        where T : class
    {
        return set.Find(typeof(T), source.Namespace, reference.Name!)?.Resource as T;
    }

    private IEnumerable<SpecProblem> Missing<T>(SpecResource source, LocalReference reference, FieldPath at)
    {
        if (set.Find(typeof(T), source.Namespace, reference.Name!) is not null)
        {
            yield break;
        }

        var known = set.Resources.Where(other => other.Kind.Type == typeof(T)).ToList();
        var here = known.Where(other => other.Namespace == source.Namespace).Select(other => other.Name).ToList();
        var remedy = known.Find(other => other.Name == reference.Name) is { } elsewhere
                ? $"the one at {elsewhere.File}:{elsewhere.Line} is in the namespace \"{elsewhere.Namespace}\", "
                    + $"this is in \"{source.Namespace}\""
            : NearestName.Find(reference.Name!, here) is { } near ? $"did you mean \"{near}\"?"
            : here.Count > 0 ? $"there are: {string.Join(", ", here)}"
            : $"give the file that holds it as well, or add a document of kind {typeof(T).Name}";
        yield return new SpecProblem(
            options.MissingReference,
            ProblemCodes.ReferenceNotFound,
            at.Field("name"),
            $"there is no {typeof(T).Name} \"{reference.Name}\" in these files",
            remedy);
    }
}
