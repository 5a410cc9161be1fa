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

    [Theory]
    [InlineData(ScalarType.Float32)] // the mapped bytes themselves
    [InlineData(ScalarType.Float16)]
    public void Whoever_asks_is_told_of_every_byte_of_the_weights(ScalarType stored)
    {
        using var model = _tiny.Initialize(TinyModel.Llama(), type: stored);
        TensorFiles.Save(Path.Combine(_tiny.Folder, "model.safetensors"), model.Parameters);
        var told = new List<long>();

        using var loaded = CausalLanguageModels.Load(_tiny.Folder, ScalarType.Float32, read: told.Add);

        Assert.True(told.Count >= model.Parameters.Count, $"{told.Count}");
        Assert.Equal(told.Order().Distinct(), told);
        Assert.Equal(model.Parameters.Values.Sum(weight => weight.numel() * weight.element_size()), told[^1]);
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
        var error = Assert.Throws<ModelException>(() => CausalLanguageModels.Load(_tiny.Folder));
        Assert.Contains("the field 'weight_map' is missing", error.Message);
    }

    [Fact]
    public void A_single_file_comes_before_the_index_of_an_earlier_save_whatever_that_names()
    {
        using var noGradient = no_grad();
        using var model = _tiny.Initialize(TinyModel.Llama());
        TensorFiles.Save(Path.Combine(_tiny.Folder, "model.safetensors"), model.Parameters);
        var old = model.Parameters.ToDictionary(item => item.Key, item => zeros_like(item.Value));
        TensorFiles.Save(Path.Combine(_tiny.Folder, "model-00001-of-00001.safetensors"), old);
        var batch = TokenBatch.Of(tensor([5L, 6, 7]).unsqueeze(0));
        foreach (var shard in new[] { "model-00001-of-00001.safetensors", "model-00001-of-00002.safetensors" })
        {
            WriteIndex(new JsonObject { ["model.norm.weight"] = shard });
            using var loaded = CausalLanguageModels.Load(_tiny.Folder);
            Assert.Equal(0, TinyModel.LargestDifference(model.Hidden(batch), loaded.Hidden(batch)));
        }
    }

    [Fact]
    public void A_tensor_in_two_shards_is_refused_and_one_in_another_shard_than_the_index_says_is_found()
    {
        using var model = _tiny.Initialize(TinyModel.Llama());
        var tensors = model.Parameters.ToList();
        TensorFiles.Save(Path.Combine(_tiny.Folder, "a.safetensors"), tensors[..5]);
        TensorFiles.Save(Path.Combine(_tiny.Folder, "b.safetensors"), tensors[5..]);
        // All names in the wrong one of the two.
        WriteIndex(new JsonObject { [tensors[0].Key] = "b.safetensors", [tensors[9].Key] = "a.safetensors" });
        using (var loaded = CausalLanguageModels.Load(_tiny.Folder))
        {
            Assert.Equal(tensors.Count, loaded.Parameters.Count);
        }

        TensorFiles.Save(Path.Combine(_tiny.Folder, "b.safetensors"), tensors[4..]);
        var error = Assert.Throws<ModelException>(() => CausalLanguageModels.Load(_tiny.Folder));
        Assert.Contains($"'{tensors[4].Key}' is also in", error.Message);
    }

    [Theory]
    [InlineData("llama", "model.embed_tokens.weight")]
    [InlineData("gpt2", "transformer.wte.weight")]
    public void A_head_of_its_own_beside_a_tied_one_is_refused_unless_it_is_the_same(string family, string embedding)
    {
        var configuration = family == "llama" ? TinyModel.Llama() : TinyModel.Gpt2();
        configuration["tie_word_embeddings"] = true;
        using var model = _tiny.Initialize(configuration);
        var tensors = model.Parameters.ToDictionary();
        tensors["lm_head.weight"] = tensors[embedding];
        TensorFiles.Save(Path.Combine(_tiny.Folder, "model.safetensors"), tensors);
        CausalLanguageModels.Load(_tiny.Folder).Dispose();
        tensors["lm_head.weight"] = tensors[embedding].to(ScalarType.Float64);
        TensorFiles.Save(Path.Combine(_tiny.Folder, "model.safetensors"), tensors);
        CausalLanguageModels.Load(_tiny.Folder).Dispose();
        tensors["lm_head.weight"] = tensors[embedding] * 2;
        Assert.Contains("tie_word_embeddings", Refusal(tensors));
    }

    [Fact]
    public void Quantized_weights_are_refused_by_tensor()
    {
        using var model = _tiny.Initialize(TinyModel.Llama());
        var tensors = model.Parameters.ToDictionary();
        const string Name = "model.layers.2.mlp.down_proj.weight";
        tensors[Name] = tensors[Name].to(ScalarType.Int8);
        var message = Refusal(tensors);
        Assert.Contains($"'{Name}' has the element type I8", message);
    }

    [Fact]
    public void More_layers_than_the_weights_have_are_refused_with_both_numbers_before_any_are_listed()
    {
        using var model = _tiny.Initialize(TinyModel.Llama());
        var configuration = TinyModel.Llama();
        configuration["num_hidden_layers"] = 1_000_000;
        _tiny.Write(configuration);
        var message = Refusal(model.Parameters.ToDictionary());
        Assert.Contains("num_hidden_layers: it is 1000000, and the weights are of 3 layers", message);
    }

    [Fact]
    public void Random_weights_that_memory_does_not_hold_are_refused_before_they_are_drawn()
    {
        var configuration = TinyModel.Llama();
        (configuration["hidden_size"], configuration["vocab_size"]) = (4_000_000, 4_000_000);
        Assert.Contains("MiB of memory", Assert.Throws<ModelException>(() => _tiny.Initialize(configuration)).Message);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "git lfs pull")]
    [InlineData("\n<!DOCTYPE html><html><body>Sign in</body></html>", "a web page")]
    [InlineData("", "is empty")]
    public void What_a_download_left_in_place_of_a_file_is_named(string content, string advice)
    {
        _tiny.Write(TinyModel.Llama());
        File.WriteAllText(Path.Combine(_tiny.Folder, "model.safetensors"), content);
        Assert.Contains(advice, Assert.Throws<SafeTensorException>(() => CausalLanguageModels.Load(_tiny.Folder)).Message);
        File.WriteAllText(Path.Combine(_tiny.Folder, "config.json"), content);
        Assert.Contains(advice, Assert.Throws<ModelException>(() => CausalLanguageModels.Load(_tiny.Folder)).Message);
    }

    [Fact]
    public void A_damaged_weight_file_is_refused()
    {
        _tiny.Write(TinyModel.Llama());
        File.WriteAllBytes(Path.Combine(_tiny.Folder, "model.safetensors"), [1, 2, 3]);
        Assert.Throws<SafeTensorException>(() => CausalLanguageModels.Load(_tiny.Folder));
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
