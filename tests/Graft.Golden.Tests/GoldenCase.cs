using System.Text.Json.Nodes;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>
/// One case folder: case.json and the tensors beside it. All settings come from there, so that other variants run unchanged.
/// </summary>
internal sealed class GoldenCase
{
    private readonly Dictionary<string, Dictionary<string, Tensor>> _files = [];

    private GoldenCase(string folder, JsonObject description)
    {
        Folder = folder;
        Description = description;
        Name = description["case"]?.GetValue<string>() ?? Path.GetFileName(folder);
    }

    public string Folder { get; }

    public JsonObject Description { get; }

    /// <summary>The case's name, whatever variant of it the folder holds.</summary>
    public string Name { get; }

    public static GoldenCase Open(string folder) =>
        new(folder, JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "case.json")))!.AsObject());

    public string PathOf(string name) => Path.Combine(Folder, name);

    public bool Has(string name) => File.Exists(PathOf(name)) || Directory.Exists(PathOf(name));

    /// <summary>All tensors of a file of the case.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors(string file)
    {
        if (!_files.TryGetValue(file, out var tensors))
        {
            _files[file] = tensors = TensorFiles.Load(PathOf(file));
        }

        return tensors;
    }

    public Tensor Input(string name) => Tensors("inputs.safetensors")[name];

    public Tensor Output(string name) => Tensors("outputs.safetensors")[name];

    public bool HasOutput(string name) => Has("outputs.safetensors") && Tensors("outputs.safetensors").ContainsKey(name);

    /// <summary>A tolerance of the case's own, or the general one.</summary>
    public double Tolerance(string name, double general) => Description["tolerances"]?[name]?.GetValue<double>() ?? general;
}
