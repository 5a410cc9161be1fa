using Graft.Api.Defaulting;
using Graft.Api.Documents;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>
/// What this computer's files say of specs that are right by themselves: whether the files that they name are there, and whether a run
/// fits the model that it names. What is on a volume or in a registry is not looked up.
/// </summary>
/// <param name="set">The specs.</param>
/// <param name="builtins">The built-ins.</param>
public sealed class SpecLookups(SpecSet set, BuiltinFolders builtins)
{
    private const int MostNames = 12;

    /// <summary>Everything that is found, in no order.</summary>
    public IEnumerable<Diagnostic> Check()
    {
        return set.All<IInputResource>().SelectMany(pair => Of(pair.Source, pair.Resource).Select(pair.Source.Locate))
            .Concat(set.All<IRunResource>().SelectMany(pair => Of(pair.Source, pair.Resource).Select(pair.Source.Locate)));
    }

    private IEnumerable<SpecProblem> Of(SpecResource source, IInputResource input)
    {
        if (SourceProblem(source, input.Source!) is { } problem)
        {
            return [problem];
        }

        return FolderOf(source, input.Source!) is not { } folder ? []
            : input switch
            {
                BaseModel model => Of(model, folder),
                TrainingDataset dataset => Of(Defaults.Apply(dataset.Spec), folder),
                _ => [],
            };
    }

    private SpecProblem? SourceProblem(SpecResource source, FileSource files)
    {
        var at = FieldPath.Of("spec", "source");
        if (files.Builtin?.Name is { } name && builtins.Find(name) is null && builtins.Known is { Count: > 0 } known)
        {
            return NotFound(at.Field("builtin", "name"), $"there is no built-in \"{name}\"", Meant(name, known));
        }

        if (files.Path is not { } path || FolderOf(source, files) is not null)
        {
            return null;
        }

        var place = PathOf(source, path);
        var parent = Path.GetDirectoryName(place.TrimEnd('/'));
        var beside = Directory.Exists(parent) ? Directory.EnumerateDirectories(parent).Select(folder => Path.GetFileName(folder)) : [];
        return NotFound(
            at.Field("path"),
            File.Exists(place) ? $"{place} is a file" : $"there is no folder {place}",
            File.Exists(place) ? "name the folder that holds it"
                : NearestName.Find(Path.GetFileName(place.TrimEnd('/')), beside) is { } near ? $"did you mean \"{near}\" there?"
                : "a path begins at the folder of the file that holds the spec");
    }

    private static IEnumerable<SpecProblem> Of(BaseModel model, string folder)
    {
        var (at, files) = (FieldPath.Of("spec", "source"), new ModelFolder(folder));
        if (!files.HasConfiguration)
        {
            yield return NotFound(
                at, $"{folder} has no {ModelFolder.ConfigurationFile}, so it is no model", "name a folder in the Hugging Face layout");
        }
        else if (!files.HasWeights && model.Spec.RandomInitialization is null)
        {
            yield return NotFound(
                at,
                $"{folder} has no weights: there is no *.safetensors in it",
                "download them, or convert others with save_pretrained(…, safe_serialization=True)");
        }
    }

    private static IEnumerable<SpecProblem> Of(TrainingDatasetSpec dataset, string folder)
    {
        var there = Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ToList();
        return new[] { ("trainFile", Name: dataset.TrainFile), ("evaluationFile", Name: dataset.EvaluationFile) }
            .Where(file => file.Name is not null && !File.Exists(Path.Combine(folder, file.Name)))
            .Select(file => NotFound(
                FieldPath.Of("spec", file.Item1), $"there is no file \"{file.Name}\" in {folder}", Meant(file.Name!, there)));
    }

    private IEnumerable<SpecProblem> Of(SpecResource source, IRunResource run)
    {
        var kind = RunKinds.Of(run);
        foreach (var input in kind.Inputs(run.Spec))
        {
            if (set.Find(input.Kind.Type, source.Namespace, input.Resource!) is not { Resource: BaseModel model } found
                || FolderOf(found, model.Spec.Source!) is not { } folder)
            {
                continue;
            }

            var files = new ModelFolder(folder);
            var layers = kind.Layers(run.Spec, FieldPath.Of("spec")).Where(chosen => chosen.Model == input.Name);
            foreach (var problem in Lengths(kind.WithDefaults(run.Spec), input, files)
                .Concat(layers.SelectMany(chosen => Layers(chosen, input, files))))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<SpecProblem> Lengths(RunSpec spec, RunInput input, ModelFolder files)
    {
        if (files.Positions() is { } positions && spec.Data!.MaxLength > positions)
        {
            yield return new SpecProblem(
                Severity.Warning,
                ProblemCodes.LikelyMistake,
                FieldPath.Of("spec", "data", "maxLength"),
                $"records may have {spec.Data.MaxLength} tokens, and the model \"{input.Resource}\" has {positions} positions",
                $"set maxLength to at most {positions}");
        }
    }

    private static IEnumerable<SpecProblem> Layers(NamedLayers chosen, RunInput input, ModelFolder files)
    {
        var layers = files.Layers();
        foreach (var (index, name) in chosen.Names.Index())
        {
            if (layers.Count > 0 && !layers.Any(layer => layer == name || layer.EndsWith("." + name, StringComparison.Ordinal)))
            {
                yield return new SpecProblem(
                    Severity.Error,
                    ProblemCodes.ReferenceNotFound,
                    chosen.At.Item(index),
                    $"the model \"{input.Resource}\" has no linear layer called \"{name}\"",
                    Meant(name, [.. layers.Select(layer => layer.Split('.')[^1]).Distinct()]));
            }
        }
    }

    /// <summary>The folder of a source as far as it is on this computer.</summary>
    private string? FolderOf(SpecResource source, FileSource files)
    {
        var folder = files.Builtin?.Name is { } name ? builtins.Find(name)
            : files.Path is { } path ? PathOf(source, path)
            : null;
        return Directory.Exists(folder) ? folder : null;
    }

    private static string PathOf(SpecResource source, string path)
    {
        return Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(source.File))!);
    }

    private static SpecProblem NotFound(FieldPath at, string message, string remedy)
    {
        return new SpecProblem(Severity.Error, ProblemCodes.FileNotFound, at, message, remedy);
    }

    private static string Meant(string wrong, IReadOnlyList<string> known)
    {
        return NearestName.Find(wrong, known) is { } near ? $"did you mean \"{near}\"?"
            : known.Count is 0 or > MostNames ? "give the name of one that is there"
            : $"there are: {string.Join(", ", known)}";
    }
}
