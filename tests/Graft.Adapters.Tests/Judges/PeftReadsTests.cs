using System.Text.Json.Nodes;
using Graft.Adapters.Full;
using Graft.Adapters.Tests.Conformance;
using Graft.Api.Methods;
using Graft.Models;
using Graft.Models.Decoder;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests.Judges;

/// <summary>Hugging Face PEFT reads what is published, adapts the layers that were adapted, and computes the same.</summary>
public sealed class PeftReadsTests : IDisposable
{
    private const double Tolerance = 1e-3;
    private static readonly long[] Ids = [5, 6, 7, 8, 9, 3, 4, 2];

    private readonly DisposeScope _scope = NewDisposeScope();

    /// <summary>Choices of layers for both families; a pattern that takes in more than linear layers among them.</summary>
    private static readonly IReadOnlyList<MethodSpec> Methods =
    [
        Lora(new LoraSpec()),
        Lora(new LoraSpec { TargetModules = ["all-linear"] }),
        Lora(new LoraSpec { TargetModules = ["all-linear"], ExcludeModules = ["lm_head"], Dora = true }),
        Lora(new LoraSpec { TargetPattern = ".*", RsLora = true }),
        Lora(new LoraSpec { TargetPattern = @".*\.[1]\..*" }),
        Lora(new LoraSpec { TargetPattern = @".*\.0\.mlp\..*" }),
        new MethodSpec { Ia3 = new Ia3Spec() },
        new MethodSpec { Ia3 = new Ia3Spec { TargetModules = ["all-linear"] } },
        new MethodSpec { Ia3 = new Ia3Spec { TargetPattern = @".*\.(0|1)\.mlp\..*" } },
    ];

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    public async Task Every_choice_of_layers_means_the_same_to_PEFT(string family)
    {
        using var tiny = new TinyFamily(family);
        var model = (ICausalLanguageModel)tiny.Model;
        var folder = tiny.NewFolder();
        using (var whole = new FullMethod().Attach(model, seed: 1))
        {
            whole.Save(folder);
        }

        var published = Methods.Select((method, index) => Published(method, (ulong)index, tiny)).ToList();
        var output = await PeftInstallation.RunAsync(
            "read_with_peft.py", [folder, string.Join(',', Ids), .. published.Select(one => one.Folder)]);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(published.Count, lines.Length);
        foreach (var (one, line) in published.Zip(lines))
        {
            var said = JsonNode.Parse(line)!;
            Assert.Empty(said["unexpected"]!.AsArray());
            Assert.Empty(said["missing"]!.AsArray());
            Assert.Equal(one.Targets, said["targets"]!.AsArray().Select(name => name!.GetValue<string>()));
            var logits = said["logits"]!.AsArray().Select(number => number!.GetValue<float>());
            Assert.All(logits.Zip(one.Logits), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        }
    }

    public void Dispose() => _scope.Dispose();

    private static MethodSpec Lora(LoraSpec spec) => new() { Lora = spec with { Rank = 2, Alpha = 4 } };

    private static (string Folder, string[] Targets, float[] Logits) Published(MethodSpec method, ulong seed, TinyFamily tiny)
    {
        using var adapter = AdapterMethods.Of(method).Attach(tiny.Model, seed);
        using (no_grad())
        {
            using var generator = new Generator(seed + 1, CPU);
            foreach (var parameter in adapter.Trainable)
            {
                parameter.Value.add_(randn(parameter.Value.shape, generator: generator).mul_(0.1));
            }
        }

        var folder = tiny.NewFolder();
        adapter.Save(folder, "tiny");
        var model = (ICausalLanguageModel)tiny.Model;
        using var noGradient = no_grad();
        var hidden = model.Hidden(TokenBatch.Of(tensor(Ids).view(1, -1)), adapter.Hooks);
        var logits = model.Logits(hidden, adapter.Hooks).to(ScalarType.Float32)[0, -1].data<float>().ToArray();
        var targets = adapter.Hooks.Linears.Keys.Order(StringComparer.Ordinal).ToArray();
        return (folder, targets, logits);
    }
}
