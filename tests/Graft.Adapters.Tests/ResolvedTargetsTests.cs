using System.Text.RegularExpressions;
using Graft.Adapters.Ia3;
using Graft.Adapters.Lora;
using Graft.Adapters.Peft;
using Graft.Adapters.Targets;
using Graft.Adapters.Tests.Conformance;
using Graft.Api.Methods;
using Graft.Artifacts;
using Graft.Artifacts.SafeTensors;
using Graft.Common;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests;

/// <summary>What is published names what was adapted, whatever words the spec had for it.</summary>
public sealed class ResolvedTargetsTests : IDisposable
{
    private static readonly string[] AllOfLlama = ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"];

    private readonly DisposeScope _scope = NewDisposeScope();

    /// <summary>A family, what a spec says, and which names and blocks are published for it.</summary>
    public static TheoryData<string, LoraSpec, string[], int[]> Choices => new()
    {
        { "llama", new LoraSpec(), ["q_proj", "v_proj"], [] },
        { "llama", new LoraSpec { TargetModules = ["all-linear"] }, AllOfLlama, [] },
        { "llama", new LoraSpec { TargetPattern = ".*" }, [.. AllOfLlama.Append("lm_head").Order(StringComparer.Ordinal)], [] },
        { "llama", new LoraSpec { TargetPattern = @"model\.layers\.1\..*mlp\..*" },
            ["1.mlp.down_proj", "1.mlp.gate_proj", "1.mlp.up_proj"], [] },
        { "llama", new LoraSpec { TargetPattern = @"model\.layers\.[01]\..*" }, AllOfLlama, [] },
        { "llama", new LoraSpec { TargetPattern = @".*\.0\..*\.up_proj" }, ["0.mlp.up_proj"], [] },
        { "llama", new LoraSpec { TargetPattern = @"(?!.*mlp).*\.(q|k)_proj" }, ["k_proj", "q_proj"], [] },
        { "llama", new LoraSpec { TargetModules = ["q_proj", "v_proj"], ExcludeModules = ["v_proj"] }, ["q_proj"], [] },
        { "llama", new LoraSpec { TargetModules = ["q_proj", "v_proj"], ExcludeModules = ["0.self_attn.v_proj"] },
            ["1.self_attn.v_proj", "q_proj"], [] },
        { "llama", new LoraSpec { TargetModules = ["all-linear"], ExcludeModules = ["mlp.down_proj", "o_proj"] },
            ["gate_proj", "k_proj", "q_proj", "up_proj", "v_proj"], [] },
        { "llama", new LoraSpec { TargetModules = ["lm_head"] }, ["lm_head"], [] },
        { "gpt2", new LoraSpec { TargetModules = ["all-linear"] }, ["c_attn", "c_fc", "c_proj"], [] },
        { "gpt2", new LoraSpec { TargetPattern = @".*\.attn\..*" }, ["attn.c_proj", "c_attn"], [] },
        { "gpt2", new LoraSpec { TargetPattern = @"transformer\.h\.1\..*" },
            ["1.attn.c_attn", "1.attn.c_proj", "1.mlp.c_fc", "1.mlp.c_proj"], [] },
        { "clip", new LoraSpec { TargetModules = ["all-linear"], ExcludeModules = ["mlp.fc1"] },
            ["fc2", "k_proj", "out_proj", "q_proj", "v_proj"], [] },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public void LoRA_publishes_the_fewest_names_that_mean_the_adapted_layers(string family, LoraSpec spec, string[] names, int[] layers)
    {
        using var tiny = new TinyFamily(family);
        using var adapter = new LoraMethod(LoraOptions.Of(spec)).Attach(tiny.Model, seed: 1);
        var folder = tiny.NewFolder();
        adapter.Save(folder, "tiny");

        var written = Configuration(folder);
        Assert.Equal(names, written.Texts("target_modules"));
        Assert.Equal(layers, written.Integers("layers_to_transform"));
        Assert.False(written.Has("exclude_modules"));
        AdapterFolder.Verify(folder);
        AssertMeansItsTensors(folder, "lora_A.weight", ModuleNames.Of(tiny.Model));
        using var loaded = AdapterMethods.Load(folder, tiny.Model);
        Assert.Equal(adapter.Trainable.Select(p => p.Name), loaded.Trainable.Select(p => p.Name));
    }

    [Theory]
    [InlineData(new[] { "all-linear" }, new[] { "mlp.down_proj" }, new[] { "down_proj" })]
    [InlineData(new[] { "q_proj", "mlp.up_proj" }, new[] { "up_proj" }, new[] { "up_proj" })]
    [InlineData(new[] { "up_proj" }, new[] { "0.mlp.up_proj" }, new[] { "0.mlp.up_proj" })]
    public void IA3_publishes_feed_forward_names_that_are_among_all_names(string[] targets, string[] feedforward, string[] names)
    {
        using var tiny = new TinyFamily("llama");
        var spec = new Ia3Spec { TargetModules = [.. targets], FeedforwardModules = [.. feedforward] };
        using var adapter = new Ia3Method(spec).Attach(tiny.Model, seed: 1);
        var folder = tiny.NewFolder();
        adapter.Save(folder, "tiny");

        var written = Configuration(folder);
        Assert.Equal(names, written.Texts("feedforward_modules"));
        Assert.Subset(written.Texts("target_modules")!.ToHashSet(), names.ToHashSet());
        AssertMeansItsTensors(folder, "ia3_l", ModuleNames.Of(tiny.Model));
        using var loaded = AdapterMethods.Load(folder, tiny.Model);
        Assert.Equal(adapter.Trainable.Select(p => p.Value.shape), loaded.Trainable.Select(p => p.Value.shape));
    }

    [Theory]
    [InlineData(@".*norm.*", "only modules that are not linear")]
    [InlineData(@"nothing\.at\.all", "no linear layer matches the pattern")]
    [InlineData(@"(?<=q)_proj", "do not read alike")]
    [InlineData(@"(?=m)(\w+\.?)+!", "takes more than")]
    public void A_pattern_that_says_nothing_useful_is_refused_before_training(string pattern, string message)
    {
        using var tiny = new TinyFamily("llama");
        var method = new LoraMethod(LoraOptions.Of(new LoraSpec { TargetPattern = pattern }));
        Assert.Contains(message, Assert.Throws<AdapterException>(() => method.Attach(tiny.Model, seed: 1)).Message);
    }

    [Fact]
    public void A_name_of_a_module_that_is_not_linear_is_refused_and_shown()
    {
        using var tiny = new TinyFamily("llama");
        var method = new LoraMethod(LoraOptions.Of(new LoraSpec { TargetModules = ["q_proj", "input_layernorm"] }));
        Assert.Contains(
            "'model.layers.0.input_layernorm' is not one",
            Assert.Throws<AdapterException>(() => method.Attach(tiny.Model, seed: 1)).Message);
    }

    [Fact]
    public void Blocks_are_named_where_that_is_shorter_than_their_layers()
    {
        string[] modules =
        [
            .. from block in Enumerable.Range(0, 12)
               from leaf in new[] { "q", "k", "v", "norm" }
               select $"model.layers.{block}.attn.{leaf}",
            "head",
        ];
        var chosen = modules.Where(module => !module.EndsWith("norm", StringComparison.Ordinal) && Regex.IsMatch(module, @"\.(1|11)\."))
            .ToHashSet();

        var inBlocks = ResolvedTargets.Shortest(chosen, modules, canNameLayers: true);
        Assert.Equal(["k", "q", "v"], inBlocks.Names);
        Assert.Equal([1, 11], inBlocks.Layers);
        ResolvedTargets.Check(inBlocks, chosen, modules);

        var byName = ResolvedTargets.Shortest(chosen, modules, canNameLayers: false);
        Assert.Equal(["1.attn.k", "1.attn.q", "1.attn.v", "11.attn.k", "11.attn.q", "11.attn.v"], byName.Names);
        ResolvedTargets.Check(byName, chosen, modules);

        chosen.Add("head");
        Assert.Empty(ResolvedTargets.Shortest(chosen, modules, canNameLayers: true).Layers);
    }

    [Fact]
    public void Names_that_mean_other_layers_than_those_adapted_are_an_error()
    {
        string[] modules = ["a.0.up", "a.1.up", "a.0.norm"];
        var error = Assert.Throws<AdapterException>(
            () => ResolvedTargets.Check(TargetSelection.Of("up"), new HashSet<string> { "a.0.up", "a.0.norm" }, modules));
        Assert.Contains("PEFT would take a.1.up as well, and not a.0.norm", error.Message);
    }

    public void Dispose() => _scope.Dispose();

    private static JsonFields Configuration(string folder) =>
        PeftFolder.ReadConfiguration(Path.Combine(folder, PeftFolder.ConfigurationFile)).Fields;

    /// <summary>Reads the configuration by PEFT's rules, written down a second time, and compares with the tensors.</summary>
    private static void AssertMeansItsTensors(string folder, string tensor, IReadOnlyList<string> modules)
    {
        var fields = Configuration(folder);
        var (names, layers) = (fields.Texts("target_modules")!, fields.Integers("layers_to_transform"));
        var meant = modules.Where(module => names.Contains(module)
            || (names.Any(name => module.EndsWith($".{name}", StringComparison.Ordinal))
            && (layers.Count == 0 || layers.Any(layer => module.Contains($".{layer}.", StringComparison.Ordinal)))));
        var prefix = PeftFolder.KeyPrefix;
        var stored = SafeTensorHeader.Read(Path.Combine(folder, PeftFolder.WeightsFile)).Entries
            .Where(entry => entry.Name.EndsWith($".{tensor}", StringComparison.Ordinal))
            .Select(entry => entry.Name[prefix.Length..^(tensor.Length + 1)]);
        Assert.Equal(meant.Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
    }
}
