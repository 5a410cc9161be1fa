using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Models.Tests;

public sealed class ConfigurationTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [InlineData("model_type", "\"mamba\"", "model_type = mamba is not supported; Graft supports llama, gpt2")]
    [InlineData("hidden_size", "null", "the field 'hidden_size' is missing")]
    [InlineData("hidden_size", "\"32\"", "must be a whole number")]
    [InlineData("num_hidden_layers", "0", "at least 1")]
    [InlineData("num_key_value_heads", "3", "divisors of num_attention_heads (4)")]
    [InlineData("head_dim", "7", "even head sizes")]
    [InlineData("hidden_act", "\"relu\"", "Graft supports silu")]
    [InlineData("rope_scaling", """{"type":"yarn","factor":4}""", "default, linear or llama3")]
    [InlineData("rope_scaling", """{"rope_type":"linear","type":"default","factor":4}""", "type is 'default'")]
    [InlineData("rope_scaling", """{"rope_type":"linear","factor":0}""", "above 0")]
    [InlineData("rope_parameters", """{"rope_type":"default","mrope_section":[1]}""", "mrope_section")]
    [InlineData("rope_parameters", """{"full_attention":{"rope_type":"linear","factor":4}}""", "full_attention")]
    [InlineData("rope_theta", "-1", "rope_theta")]
    [InlineData("rms_norm_eps", "-1", "rms_norm_eps")]
    [InlineData("hidden_size", "2147483647", "at most")]
    [InlineData("head_dim", "4194302", "head_dim")]
    [InlineData("architectures", "5", "architectures")]
    [InlineData("quantization_config", """{"quant_method":"gptq","bits":4}""", "quantization_config")]
    [InlineData("layer_types", """["sliding_attention"]""", "full_attention in every layer")]
    [InlineData("attn_logit_softcapping", "50.0", "attn_logit_softcapping")]
    [InlineData("partial_rotary_factor", "0.5", "partial_rotary_factor")]
    [InlineData("logit_scale", "0.5", "logit_scale")]
    [InlineData("num_local_experts", "8", "num_local_experts")]
    [InlineData("rope_parameters", """{"rope_type":"llama3"}""", "rope_parameters: the field 'factor' is missing")]
    [InlineData("sliding_window", "4096", "full attention only")]
    public void A_configuration_that_cannot_be_honored_is_refused_by_field(string field, string value, string message)
    {
        var configuration = TinyModel.Llama();
        configuration[field] = JsonNode.Parse(value);
        var e = Assert.Throws<ModelException>(() => _tiny.Initialize(configuration));
        Assert.Contains(message, e.Message);
        Assert.Contains("config.json", e.Message);
    }

    [Theory]
    [InlineData("scale_attn_weights", "false", "Graft supports true")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true", "Graft supports false")]
    [InlineData("reorder_and_upcast_attn", "true", "Graft supports false")]
    [InlineData("add_cross_attention", "true", "Graft supports false")]
    [InlineData("activation_function", "\"relu\"", "Graft supports gelu_new")]
    [InlineData("hidden_size", "48", "Graft supports the value of n_embd")]
    [InlineData("pruned_heads", """{"0":[1]}""", "all heads")]
    public void A_GPT2_that_cannot_be_honored_is_refused_by_field(string field, string value, string message)
    {
        var configuration = TinyModel.Gpt2();
        configuration[field] = JsonNode.Parse(value);
        var error = Assert.Throws<ModelException>(() => _tiny.Initialize(configuration));
        Assert.Contains(field, error.Message);
        Assert.Contains(message, error.Message);
    }

    [Theory]
    [InlineData("""{"rope_type":"linear","factor":4}""", """{"rope_type":"default"}""", null, "says something else than rope_parameters")]
    [InlineData("""{"rope_theta":500}""", null, 10000.0, "it is 10000, and 500 within")]
    [InlineData("""{"rope_theta":500}""", """{"rope_theta":600}""", null, "that of rope_parameters is 600")]
    public void Two_sections_on_rotary_positions_have_to_agree(string scaling, string? parameters, double? theta, string message)
    {
        var configuration = TinyModel.Llama();
        configuration["rope_scaling"] = JsonNode.Parse(scaling);
        configuration["rope_parameters"] = parameters is null ? null : JsonNode.Parse(parameters);
        configuration["rope_theta"] = theta;
        Assert.Contains(message, Assert.Throws<ModelException>(() => _tiny.Initialize(configuration)).Message);
    }

    [Fact]
    public void Fields_that_nobody_knows_are_named_and_those_that_transformers_writes_are_not()
    {
        var configuration = TinyModel.Llama();
        configuration["torch_dtype"] = "float16";
        configuration["pretraining_tp"] = 2;
        configuration["sliding_window"] = null;
        configuration["layer_types"] = new JsonArray("full_attention", "full_attention", "full_attention");
        configuration["rope_theta"] = 500.0;
        configuration["rope_parameters"] = new JsonObject { ["rope_type"] = "default", ["rope_theta"] = 500.0 };
        configuration["my_field"] = 3;
        using var model = _tiny.Initialize(configuration);
        Assert.Equal(["my_field"], model.UnknownFields);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("clip_vision_model")]
    public void Whatever_stands_in_a_field_the_model_is_made_or_the_file_is_named(string family)
    {
        var configuration = family switch { "llama" => TinyModel.Llama(), "gpt2" => TinyModel.Gpt2(), _ => TinyModel.ClipVision() };
        string[] more =
        [
            "architectures", "tie_word_embeddings", "activation_function", "hidden_act", "n_inner", "layer_norm_epsilon", "layer_norm_eps",
            "rope_scaling", "rope_parameters", "rope_theta", "head_dim", "num_channels", "scale_attn_weights", "layer_types",
            "pruned_heads", "partial_rotary_factor", "sliding_window", "hidden_size", "attention_bias",
        ];
        string[] values =
        [
            "\"x\"", "0", "-1", "1.5", "1e999", "2147483647", "[]", "[{}]", "{}", """{"rope_type":[]}""", """{"0":null}""", "null", "true",
        ];
        var made = 0;
        var fields = configuration.Select(item => item.Key).Union(more).ToList();
        foreach (var (field, value) in fields.SelectMany(_ => values, (field, value) => (field, value)))
        {
            var damaged = configuration.DeepClone().AsObject();
            damaged[field] = "VALUE";
            File.WriteAllText(
                Path.Combine(_tiny.Folder, "config.json"), damaged.ToJsonString().Replace("\"VALUE\"", value, StringComparison.Ordinal));
            var error = Record.Exception(() => Open(family).Dispose());
            made += error is null ? 1 : 0;
            Assert.True(
                error is null || (error is ModelException && error.Message.Contains("config.json", StringComparison.Ordinal)),
                $"{field} = {value}: {error}");
        }

        Assert.InRange(made, 20, 1000);
    }

    private IFrozenModel Open(string family) => family == "clip_vision_model"
        ? VisionEncoders.Initialize(_tiny.Folder, seed: 1)
        : CausalLanguageModels.Initialize(_tiny.Folder, seed: 1);
}
