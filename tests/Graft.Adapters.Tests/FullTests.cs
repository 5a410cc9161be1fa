using Graft.Adapters.Full;
using Graft.Api.Methods;
using Graft.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests;

public sealed class FullTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_weight_is_trained_and_the_saved_folder_is_the_trained_model(bool tied)
    {
        using var tiny = new TinyLlama(tied);
        using var adapter = AdapterMethods.Of(new MethodSpec { Full = new FullSpec() }).Attach(tiny.Model, seed: 1);
        Assert.IsType<FullAdapter>(adapter);
        Assert.Equal(0, TinyLlama.Difference(tiny.Logits(), tiny.Logits(adapter.Hooks)));
        Assert.Equal(tiny.Model.Parameters.Keys.Order(StringComparer.Ordinal), adapter.Trainable.Select(p => p.Name));
        var before = tiny.Logits();
        Assert.InRange(tiny.Train(adapter, steps: 80, learningRate: 0.01), 0, 0.1);
        Assert.Equal(0, TinyLlama.Difference(before, tiny.Logits()));

        var folder = tiny.NewFolder();
        Assert.Equal(["config.json", "model.safetensors"], adapter.Save(folder));
        using var saved = CausalLanguageModels.Load(folder);
        using var noGradient = no_grad();
        Assert.Equal(0, TinyLlama.Difference(tiny.Logits(adapter.Hooks), saved.Logits(saved.Hidden(TinyLlama.Batch()))));
    }

    public void Dispose() => _scope.Dispose();
}
