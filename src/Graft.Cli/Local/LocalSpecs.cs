using Graft.Api.Documents;
using Graft.Api.V1Alpha1;

namespace Graft.Cli.Local;

/// <summary>Finds the runs in a set of specs, each with what it refers to.</summary>
public static class LocalSpecs
{
    /// <summary>The runs of a set without errors, in the order of its files.</summary>
    /// <param name="set">The set.</param>
    /// <param name="only">The names of the runs that are meant; all without any.</param>
    /// <exception cref="CliException">There is no such run.</exception>
    public static IReadOnlyList<LocalSpec> Runs(SpecSet set, IReadOnlyCollection<string> only)
    {
        var runs = set.All<AdapterTrainingRun>().ToList();
        var names = runs.Select(pair => pair.Source.Name).ToList();
        if (only.FirstOrDefault(name => !names.Contains(name)) is { } missing)
        {
            throw new CliException($"There is no AdapterTrainingRun '{missing}' in these files; there are: {string.Join(", ", names)}.");
        }

        if (runs.Count == 0)
        {
            throw new CliException(
                "There is no AdapterTrainingRun in these files, so there is nothing to run. "
                + "ProjectionPretrain and AdapterSweep cannot be run on this computer yet.");
        }

        return
        [
            .. runs.Where(pair => only.Count == 0 || only.Contains(pair.Source.Name))
                .Select(pair => Spec(set, pair.Source, pair.Resource)),
        ];
    }

    private static LocalSpec Spec(SpecSet set, SpecResource source, AdapterTrainingRun run)
    {
        var (modelFile, model) = Find<BaseModel>(set, source, run.Spec.BaseModelRef!);
        var (datasetFile, dataset) = Find<TrainingDataset>(set, source, run.Spec.Data!.DatasetRef!);
        return new LocalSpec(run, source.File, model, modelFile, dataset, datasetFile);
    }

    private static (string File, T Resource) Find<T>(SpecSet set, SpecResource run, LocalReference reference)
        where T : class
    {
        // A set without errors has what its runs name.
        var found = set.Find(typeof(T), run.Namespace, reference.Name!)!;
        return (found.File, (T)(object)found.Resource!);
    }
}
