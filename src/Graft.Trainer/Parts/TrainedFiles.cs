using System.Text.Json;
using Graft.Api.Planning;

namespace Graft.Trainer.Parts;

/// <summary>
/// Where the files of trained parts are in what is published: one part's at the top, where other programs look for them; several each in
/// a folder of its name, with an index of them.
/// </summary>
internal static class TrainedFiles
{
    /// <summary>The index of several parts.</summary>
    public const string IndexFile = "graft.json";

    /// <summary>The folder of a part's files.</summary>
    public static string FolderOf(Recipe recipe, TrainedPart part, string folder) =>
        recipe.Trained.Count() == 1 ? folder : Path.Combine(folder, part.Name);

    /// <summary>Writes the files of all parts, and the index where there are several.</summary>
    public static void Write(Recipe recipe, PartGraph graph, string folder)
    {
        foreach (var part in recipe.Trained)
        {
            var own = Directory.CreateDirectory(FolderOf(recipe, part, folder)).FullName;
            var entry = graph.Trained.Single(entry => entry.Name == part.Name);
            entry.Part.Save(own, recipe.Graph.OfType<ModelPart>().Single(model => model.Name == entry.On).Called);
        }

        if (graph.Trained.Count > 1)
        {
            var parts = recipe.Trained.Select(part => new { part.Name, Folder = part.Name, Kind = $"{part.Publishes}".ToLowerInvariant() });
            File.WriteAllText(Path.Combine(folder, IndexFile), JsonSerializer.Serialize(new { parts }, PlanJson.WireOptions) + "\n");
        }
    }
}
