using Graft.Adapters;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Data.Batches;
using Graft.Trainer.Running;
using static TorchSharp.torch;

namespace Graft.Trainer.Parts;

/// <summary>Makes the graph of parts that a recipe names.</summary>
/// <param name="library">The frozen models of this process.</param>
/// <param name="recipe">The recipe.</param>
/// <param name="folders">Where the files of each part are.</param>
/// <param name="type">The element type of the frozen models.</param>
/// <param name="device">Where they are kept.</param>
internal sealed class PartLoader(
    PartLibrary library, Recipe recipe, IReadOnlyDictionary<string, string> folders, ScalarType type, Device device)
{
    /// <summary>The graph, with new trained parts but for those that begin as an artifact.</summary>
    /// <param name="start">How trained parts begin.</param>
    /// <param name="begin">Begins to tell how many bytes of weights are read.</param>
    public PartGraph Load(AdapterStart start, BeginPart begin) =>
        Join(Borrow(begin), start, part => part.Digest is null ? null : folders[part.Name]);

    /// <summary>The same graph with what was saved in a folder, read by nothing but its files.</summary>
    public PartGraph Reopen(string folder, AdapterStart start)
    {
        var leases = Borrow();
        foreach (var whole in recipe.Trained.OfType<AdapterPart>().Where(part => part.Publishes == ArtifactKind.Model))
        {
            leases[whole.On].Dispose();
            try
            {
                var model = recipe.Graph.OfType<ModelPart>().Single(part => part.Name == whole.On) with { RandomInitializationSeed = null };
                var read = ModelPartKinds.Load(model, TrainedFiles.FolderOf(recipe, whole, folder), type, device);
                leases[whole.On] = new PartLease(read, read.Dispose);
            }
            catch
            {
                Dispose(leases.Values);
                throw;
            }
        }

        return Join(leases, start, part => TrainedFiles.FolderOf(recipe, part, folder), isReopened: true);
    }

    /// <summary>What the trained parts need of a batch besides tokens.</summary>
    public IReadOnlyList<ISideInput> SideInputs(PartGraph graph, AdapterStart start)
    {
        var surroundings = new PartSurroundings(graph.Models, [], start);
        return
        [
            .. recipe.Trained.SelectMany(part => TrainedPartKinds.Of(part).SideInputs(part, surroundings)).DistinctBy(side => side.Name),
        ];
    }

    private Dictionary<string, PartLease> Borrow(BeginPart? begin = null)
    {
        var leases = new Dictionary<string, PartLease>();
        var sizes = recipe.Graph.OfType<ModelPart>()
            .ToDictionary(part => part, part => begin is null ? 0 : ModelPartKinds.SizeOf(part, folders[part.Name]));
        var told = begin?.Invoke("models", sizes.Values.Sum());
        var before = 0L;
        try
        {
            foreach (var (part, size) in sizes)
            {
                var read = before;
                leases[part.Name] = library.Borrow(part, folders[part.Name], type, device, bytes => told?.Invoke(read + bytes));
                before += size;
            }

            return leases;
        }
        catch
        {
            Dispose(leases.Values);
            throw;
        }
    }

    private PartGraph Join(
        Dictionary<string, PartLease> leases, AdapterStart start, Func<TrainedPart, string?> folderOf, bool isReopened = false)
    {
        var models = leases.ToDictionary(lease => lease.Key, lease => lease.Value.Model);
        var trained = new List<NamedPart>();
        try
        {
            foreach (var part in recipe.Trained.Where(part => !isReopened || part.Publishes != ArtifactKind.Model))
            {
                var kind = TrainedPartKinds.Of(part);
                var surroundings = new PartSurroundings(models, trained, start);
                var made = folderOf(part) is { } folder ? kind.Load(part, folder, surroundings) : kind.Attach(part, surroundings);
                trained.Add(new NamedPart(part.Name, kind.On(part), made));
            }

            return new PartGraph(models, trained, [.. leases.Values]);
        }
        catch
        {
            Dispose(trained.Select(entry => entry.Part));
            Dispose(leases.Values);
            throw;
        }
    }

    private static void Dispose(IEnumerable<IDisposable> made)
    {
        foreach (var one in made)
        {
            one.Dispose();
        }
    }
}
