using Graft.Adapters.Peft;
using Graft.Adapters.PrefixTuning;
using Graft.Adapters.Tests.Conformance;
using Graft.Api.Methods;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests;

public sealed class PrefixTuningTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData("llama", 16, null, 16)]
    [InlineData("gpt2", 32, null, 32)]
    [InlineData("clip", 32, 12, 12)]
    public void A_projection_trains_a_network_and_publishes_what_it_gives(string family, int width, int? size, int inner)
    {
        using var tiny = new TinyFamily(family);
        var method = new PrefixTuningMethod(new PrefixTuningSpec { VirtualTokens = 3, Projection = true, ProjectionSize = size });
        using var adapter = method.Attach(tiny.Model, seed: 1);
        tiny.Train(adapter, steps: 3);
        var folder = tiny.NewFolder();
        adapter.Save(folder, "tiny");
        using var loaded = AdapterMethods.Load(folder, tiny.Model);

        Assert.Equal((3 * width) + (inner * (width + 1)) + (4 * width * (inner + 1)), adapter.TrainableCount());
        Assert.Equal(3 * 4 * width, loaded.TrainableCount());
        Assert.InRange(TinyFamily.Difference(tiny.Output(adapter.Hooks), tiny.Output(loaded.Hooks)), 0, 1e-5);
        var written = PeftFolder.ReadConfiguration(Path.Combine(folder, PeftFolder.ConfigurationFile)).Fields;
        Assert.Equal(
            (width, inner, true), (written.Int("token_dim"), written.Int("encoder_hidden_size"), written.Flag("prefix_projection")));
    }

    [Fact]
    public void A_prefix_for_another_number_of_layers_is_refused()
    {
        using var tiny = new TinyFamily("llama");
        using var adapter = new PrefixTuningMethod(new PrefixTuningSpec()).Attach(tiny.Model, seed: 1);
        var folder = tiny.NewFolder();
        adapter.Save(folder, "tiny");
        var path = Path.Combine(folder, PeftFolder.ConfigurationFile);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"num_layers\": 2", "\"num_layers\": 3", StringComparison.Ordinal));

        var error = Assert.Throws<AdapterException>(() => AdapterMethods.Load(folder, tiny.Model));
        Assert.Contains("num_layers", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _scope.Dispose();
    }
}
