using System.Text.Json.Nodes;
using Graft.Adapters.Lora;
using Graft.Adapters.Peft;
using Graft.Adapters.Targets;
using Xunit;

namespace Graft.Adapters.Tests;

public sealed class PeftLoraConfigurationTests : IDisposable
{
    private readonly TinyLlama _tiny = new();

    [Fact]
    public void A_minimal_configuration_takes_PEFTs_defaults()
    {
        var (options, _) = Read("""{"peft_type":"LORA","target_modules":["q_proj"]}""");
        Assert.Equal(8, options.Rank);
        Assert.Equal(8, options.Alpha);
        Assert.Equal(0, options.Dropout);
        Assert.Equal(["q_proj"], options.Targets!.Names);
        Assert.Equal(LoraInitialization.Default, options.Initialization);
    }

    [Fact]
    public void Unknown_keys_survive_a_round_trip()
    {
        using var adapter = new LoraMethod(new LoraOptions { Rank = 2 }).Attach(_tiny.Model, 1);
        var (first, second) = (_tiny.NewFolder(), _tiny.NewFolder());
        adapter.Save(first, "tiny");
        var path = Path.Combine(first, PeftFolder.ConfigurationFile);
        var json = PeftFolder.ReadConfiguration(path).Original;
        json["peft_version"] = "0.21.0";
        json["kasa_config"] = null;
        json["some_later_switch"] = false;
        json["some_note"] = "kept";
        File.WriteAllText(path, json.ToJsonString());
        using var loaded = AdapterMethods.Load(first, _tiny.Model);
        loaded.Save(second);
        Assert.True(JsonNode.DeepEquals(json, PeftFolder.ReadConfiguration(Path.Combine(second, PeftFolder.ConfigurationFile)).Original));
    }

    [Fact]
    public void Every_option_survives_a_round_trip()
    {
        var options = new LoraOptions
        {
            Rank = 3,
            Alpha = 4.5,
            Dropout = 0.25,
            RsLora = true,
            Dora = true,
            Initialization = LoraInitialization.Gaussian,
            Targets = TargetSelection.Of("k_proj", "q_proj") with { Layers = [1] },
            ModulesToSave = ["lm_head"],
            Bias = LoraBias.LoraOnly,
            RankPattern = new Dictionary<string, int> { ["k_proj"] = 2 },
            AlphaPattern = new Dictionary<string, double> { ["q_proj"] = 1.5 },
        };
        var sites = TargetMatcher.Match(options.Targets, _tiny.Model.LinearSites);
        var (read, _) = Read(PeftLoraConfiguration.Write(options, sites, "tiny", original: null).ToJsonString());
        Assert.Equivalent(options, read, strict: true);
    }

    [Fact]
    public void Whatever_PEFT_says_of_the_targets_is_read()
    {
        var (options, _) = Read(
            """
            {"peft_type":"LORA","target_modules":["k_proj","q_proj"],"exclude_modules":["layers.0.self_attn.k_proj"],
             "layers_to_transform":[0,1],"layers_pattern":"layers"}
            """);
        Assert.Equivalent(
            TargetSelection.Of("k_proj", "q_proj") with
            {
                Exclude = ["layers.0.self_attn.k_proj"],
                Layers = [0, 1],
                LayersPattern = ["layers"],
            },
            options.Targets, strict: true);
        Assert.Equal("model.*", Read("""{"peft_type":"LORA","target_modules":"model.*"}""").Options.Targets!.Pattern);
        Assert.True(Read("""{"peft_type":"LORA","target_modules":"all-linear"}""").Options.Targets!.AllLinear);
    }

    [Theory]
    [InlineData("\"use_qalora\":true", "use_qalora")]
    [InlineData("\"lora_bias\":true", "lora_bias")]
    [InlineData("\"layer_replication\":[[0,1]]", "layer_replication")]
    [InlineData("\"trainable_token_indices\":[3]", "trainable_token_indices")]
    [InlineData("\"use_something_new\":true", "use_something_new")]
    [InlineData("\"something_config\":{\"a\":1}", "something_config")]
    [InlineData("\"init_lora_weights\":\"pissa_niter_16\"", "pissa_niter_16")]
    [InlineData("\"init_lora_weights\":\"corda\"", "corda")]
    [InlineData("\"bias\":\"some\"", "none, lora_only or all")]
    [InlineData("\"r\":\"eight\"", "r = \"eight\" must be a whole number")]
    [InlineData("\"rank_pattern\":[1]", "rank_pattern = [1] must be an object")]
    public void A_key_that_would_change_the_numbers_is_refused_by_name(string key, string named)
    {
        var message = Assert.Throws<AdapterException>(() => Read($$"""{"peft_type":"LORA","target_modules":["q_proj"],{{key}}}""")).Message;
        Assert.Contains(named, message);
        Assert.Contains(PeftFolder.ConfigurationFile, message);
    }

    [Theory]
    [InlineData("""{"target_modules":["q_proj"]}""", "peft_type = (missing)")]
    [InlineData("""{"peft_type":"LORA"}""", "target_modules = (missing)")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not JSON")]
    public void A_file_that_is_no_configuration_is_refused(string json, string message) =>
        Assert.Contains(message, Assert.Throws<AdapterException>(() => Read(json)).Message);

    [Fact]
    public void A_pickled_adapter_is_refused_with_its_reason()
    {
        var folder = _tiny.NewFolder();
        File.WriteAllText(Path.Combine(folder, PeftFolder.ConfigurationFile), """{"peft_type":"LORA","target_modules":["q_proj"]}""");
        File.WriteAllText(Path.Combine(folder, "adapter_model.bin"), "");
        Assert.Contains("safetensors", Assert.Throws<AdapterException>(() => AdapterMethods.Load(folder, _tiny.Model)).Message);
    }

    public void Dispose() => _tiny.Dispose();

    private (LoraOptions Options, JsonObject Original) Read(string json)
    {
        var path = Path.Combine(_tiny.NewFolder(), PeftFolder.ConfigurationFile);
        File.WriteAllText(path, json);
        return PeftLoraConfiguration.Read(path);
    }
}
