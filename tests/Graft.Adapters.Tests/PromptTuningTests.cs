using Graft.Adapters.Peft;
using Graft.Adapters.PromptTuning;
using Graft.Adapters.Tests.Conformance;
using Graft.Api.Methods;
using Graft.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests;

public sealed class PromptTuningTests : IDisposable
{
    private static readonly long[] Words = [7, 11, 13];
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(2, new[] { 7L, 11 })]
    [InlineData(5, new[] { 7L, 11, 13, 7, 11 })]
    public void A_text_begins_as_its_embeddings_cut_off_or_repeated(int count, long[] ids)
    {
        using var tiny = new TinyFamily("llama");
        var method = new PromptTuningMethod(new PromptTuningSpec { VirtualTokens = count, Initialization = "text", Text = "a b c" });
        using var adapter = method.Attach(tiny.Model, new AdapterStart(1, text => text == "a b c" ? Words : []));
        var expected = ((ICausalLanguageModel)tiny.Model).Embed(tensor(ids).unsqueeze(0))[0];

        Assert.Equal(0, TinyFamily.Difference(expected, adapter.Trainable[0].Value));
    }

    [Fact]
    public void The_vocabulary_begins_as_rows_of_the_embedding_table_that_the_seed_chooses()
    {
        using var tiny = new TinyFamily("gpt2");
        var method = new PromptTuningMethod(new PromptTuningSpec { VirtualTokens = 4 });
        using var one = method.Attach(tiny.Model, seed: 1);
        using var other = method.Attach(tiny.Model, seed: 2);
        var table = tiny.Model.Parameters["transformer.wte.weight"];

        foreach (var adapter in new[] { one, other })
        {
            var distances = adapter.Trainable[0].Value.detach().unsqueeze(1).sub(table.unsqueeze(0)).abs().amax([2L]).amin([1L]);
            Assert.Equal(0, distances.max().item<float>());
        }

        Assert.NotEqual(0, TinyFamily.Difference(one.Trainable[0].Value, other.Trainable[0].Value));
    }

    [Fact]
    public void A_text_of_no_tokens_and_a_missing_tokenizer_are_said()
    {
        using var tiny = new TinyFamily("llama");
        var method = new PromptTuningMethod(new PromptTuningSpec { Initialization = "text", Text = " " });

        Assert.Contains("no token", Assert.Throws<AdapterException>(
            () => method.Attach(tiny.Model, new AdapterStart(1, _ => []))).Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer", Assert.Throws<AdapterException>(
            () => method.Attach(tiny.Model, new AdapterStart(1))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"token_dim\": 32", "\"token_dim\": 48", "token_dim")]
    [InlineData("\"num_transformer_submodules\": 1", "\"num_transformer_submodules\": 2", "num_transformer_submodules")]
    [InlineData("\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]", "modules_to_save")]
    [InlineData("\"num_virtual_tokens\": 20", "\"num_virtual_tokens\": 21", "prompt_embeddings")]
    public void A_folder_that_does_not_fit_is_refused_by_name(string written, string changed, string named)
    {
        using var tiny = new TinyFamily("llama");
        using var adapter = new PromptTuningMethod(new PromptTuningSpec()).Attach(tiny.Model, seed: 1);
        var folder = tiny.NewFolder();
        adapter.Save(folder, "tiny");
        var path = Path.Combine(folder, PeftFolder.ConfigurationFile);
        var text = File.ReadAllText(path);
        Assert.Contains(written, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(written, changed, StringComparison.Ordinal));

        var error = Assert.Throws<AdapterException>(() => AdapterMethods.Load(folder, tiny.Model));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _scope.Dispose();
    }
}
