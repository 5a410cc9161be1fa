using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Artifacts.SafeTensors;
using Graft.Models.Decoder;
using Graft.Models.Weights;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Models.Tests;

public sealed class LoadingTests : IDisposable
{
    private readonly TinyModel _tiny = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void A_sharded_checkpoint_loads_as_the_single_file_does()
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(TinyModel.Llama());
        var batch = TokenBatch.Of(tensor([5L, 6, 7]).unsqueeze(0));
        var expected = model.Logits(model.Hidden(batch));

        TensorFiles.Save(Path.Combine(_tiny.Folder, "model.safetensors"), model.Parameters);
        using (var single = CausalLanguageModels.Load(_tiny.Folder))
        {
            Assert.Equal(0, TinyModel.LargestDifference(expected, single.Logits(single.Hidden(batch))));
        }

        File.Delete(Path.Combine(_tiny.Folder, "model.safetensors"));
        var shards = model.Parameters.Chunk(7).ToList();
        var map = new JsonObject();
        for (var i = 0; i < shards.Count; i++)
        {
            var file = $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            TensorFiles.Save(Path.Combine(_tiny.Folder, file), shards[i]);
            foreach (var (name, _) in shards[i])
            {
                map[name] = file;
            }
        }

        WriteIndex(map);
        using var sharded = CausalLanguageModels.Load(_tiny.Folder);
        Assert.Equal(0, TinyModel.LargestDifference(expected, sharded.Logits(sharded.Hidden(batch))));
    }

    [Fact]
    public void Half_precision_weights_compute_in_their_type_or_in_the_one_asked_for()
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(TinyModel.Llama(), type: ScalarType.BFloat16);
        TensorFiles.Save(Path.Combine(_tiny.Folder, "model.safetensors"), model.Parameters);
        var batch = TokenBatch.Of(tensor([5L, 6, 7]).unsqueeze(0));
        using var half = CausalLanguageModels.Load(_tiny.Folder);
        using var single = CausalLanguageModels.Load(_tiny.Folder, ScalarType.Float32);
        Assert.Equal(ScalarType.BFloat16, half.Hidden(batch).dtype);
        Assert.Equal(ScalarType.Float32, single.Hidden(batch).dtype);
        var difference = TinyModel.LargestDifference(half.Hidden(batch).to(ScalarType.Float32), single.Hidden(batch));
        Assert.InRange(difference, 1e-6f, 0.2f);
    }

    [Fact]
    public void Loading_maps_the_file_and_cannot_alter_it()
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(TinyModel.Llama());
        var path = Path.Combine(_tiny.Folder, "model.safetensors");
        TensorFiles.Save(path, model.Parameters);
        var before = File.ReadAllBytes(path);
        using (var loaded = CausalLanguageModels.Load(_tiny.Folder))
        {
            foreach (var weight in loaded.Parameters.Values)
            {
                weight.fill_(1);
            }
        }

        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void The_same_seed_draws_the_same_weights()
    {
        using var noGradient = no_grad();
        using var one = _tiny.Initialize(TinyModel.Llama(), seed: 1);
        using var again = _tiny.Initialize(TinyModel.Llama(), seed: 1);
        using var other = _tiny.Initialize(TinyModel.Llama(), seed: 2);
        const string Name = "model.layers.0.mlp.up_proj.weight";
        Assert.All(one.Parameters, item => Assert.Equal(0, TinyModel.LargestDifference(item.Value, again.Parameters[item.Key])));
        Assert.True(TinyModel.LargestDifference(one.Parameters[Name], other.Parameters[Name]) > 0.1);
        Assert.InRange(one.Parameters[Name].std().item<float>(), 0.28f, 0.32f);
        Assert.Equal(1f, one.Parameters["model.norm.weight"].min().item<float>());
    }

    [Fact]
    public void Missing_misshapen_and_unknown_tensors_are_named()
    {
        using var model = _tiny.Initialize(TinyModel.Llama());
        var tensors = model.Parameters.ToDictionary();
        const string Name = "model.layers.2.mlp.down_proj.weight";
        tensors.Remove(Name);
        Assert.Contains($"lacks the tensor '{Name}'", Refusal(tensors));
        tensors[Name] = zeros(48, 32);
        Assert.Contains($"'{Name}' has shape [48, 32], config.json asks for [32, 48]", Refusal(tensors));
        tensors[Name] = zeros(32, 48);
        tensors["model.layers.0.self_attn.q_proj.bias"] = zeros(32);
        Assert.Contains("model.layers.0.self_attn.q_proj.bias", Refusal(tensors));
        tensors.Remove("model.layers.0.self_attn.q_proj.bias");
        tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = zeros(4);
        TensorFiles.Save(Path.Combine(_tiny.Folder, "model.safetensors"), tensors);
        using var loaded = CausalLanguageModels.Load(_tiny.Folder);
        Assert.Equal(3, loaded.Shape.Layers);
    }

    [Fact]
    public void An_index_that_names_what_is_not_there_is_refused()
    {
        _tiny.Write(TinyModel.Llama());
        WriteIndex(new JsonObject { ["a"] = "../elsewhere.safetensors" });
        Assert.Contains("../elsewhere.safetensors", Assert.Throws<ModelException>(() => CausalLanguageModels.Load(_tiny.Folder)).Message);
        File.WriteAllText(Path.Combine(_tiny.Folder, "model.safetensors.index.json"), "{}");
        Assert.Contains("not a weight index", Assert.Throws<ModelException>(() => CausalLanguageModels.Load(_tiny.Folder)).Message);
    }

    [Fact]
    public void A_damaged_weight_file_is_refused()
    {
        _tiny.Write(TinyModel.Llama());
        File.WriteAllBytes(Path.Combine(_tiny.Folder, "model.safetensors"), [1, 2, 3]);
        Assert.Throws<SafeTensorException>(() => CausalLanguageModels.Load(_tiny.Folder));
    }

    [Theory]
    [InlineData("model_type", "\"mamba\"", "model_type = mamba is not supported; Graft supports llama, gpt2")]
    [InlineData("hidden_size", "null", "the field 'hidden_size' is missing")]
    [InlineData("hidden_size", "\"32\"", "must be a whole number")]
    [InlineData("num_hidden_layers", "0", "at least 1")]
    [InlineData("num_key_value_heads", "3", "divisors of num_attention_heads (4)")]
    [InlineData("head_dim", "7", "even head sizes")]
    [InlineData("hidden_act", "\"relu\"", "Graft supports silu")]
    [InlineData("rope_scaling", """{"type":"yarn","factor":4}""", "Graft supports default, linear and llama3")]
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

    [Fact]
    public void A_folder_without_a_model_is_refused()
    {
        Assert.Contains("config.json", Assert.Throws<ModelException>(() => CausalLanguageModels.Load(_tiny.Folder)).Message);
        _tiny.Write(TinyModel.Llama());
        Assert.Contains("model.safetensors", Assert.Throws<ModelException>(() => CausalLanguageModels.Load(_tiny.Folder)).Message);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _tiny.Dispose();
    }

    private string Refusal(Dictionary<string, Tensor> tensors)
    {
        TensorFiles.Save(Path.Combine(_tiny.Folder, "model.safetensors"), tensors);
        return Assert.Throws<ModelException>(() => CausalLanguageModels.Load(_tiny.Folder)).Message;
    }

    private void WriteIndex(JsonObject map) => File.WriteAllText(
        Path.Combine(_tiny.Folder, "model.safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = map }));
}
