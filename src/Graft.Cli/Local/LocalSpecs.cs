using Graft.Api.Documents;
using Graft.Api.Runs;
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
        var runs = set.All<IRunResource>().ToList();
        var names = runs.Select(pair => pair.Source.Name).ToList();
        if (only.FirstOrDefault(name => !names.Contains(name)) is { } missing)
        {
            throw new CliException($"There is no run '{missing}' in these files; there are: {string.Join(", ", names)}.");
        }

        if (runs.Count == 0)
        {
            throw new CliException(
                $"There is no run in these files ({string.Join(" or ", RunKinds.All.Select(kind => kind.Type.Name))}), so there is nothing to do. "
                + "An AdapterSweep cannot be run on this computer yet.");
        }

        return
        [
            .. runs.Where(pair => only.Count == 0 || only.Contains(pair.Source.Name))
                .Select(pair => Spec(set, pair.Source, pair.Resource)),
        ];
    }

    // A set without errors has what its runs name.
    private static LocalSpec Spec(SpecSet set, SpecResource source, IRunResource run)
    {
        return new LocalSpec(run, source.File, RunKinds.Of(run).Inputs(run.Spec).ToDictionary(
            input => input.Name,
            input => set.Find(input.Kind.Type, source.Namespace, input.Resource!) is { } found
                ? new LocalInput((IInputResource)found.Resource!, found.File)
                : throw new CliException($"{source.File}: there is no {input.Kind.Name} '{input.Resource}' in these files.")));
    }
}
