using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Trainer.Parts;
using Graft.Trainer.Tests.Support;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Trainer.Tests.Parts;

public sealed class PartLibraryTests : IDisposable
{
    private readonly TinyWorld _world = new();
    private readonly PartLibrary _library = new();

    public void Dispose()
    {
        _library.Dispose();
        _world.Dispose();
    }

    [Fact]
    public void A_frozen_model_is_in_memory_once_and_goes_with_its_last_user()
    {
        var first = Borrow();
        var second = Borrow();
        Assert.Same(first.Model, second.Model);
        Assert.Equal(1, _library.Count);

        first.Dispose();
        first.Dispose();
        Assert.Equal(1, _library.Count);
        Assert.False(second.Model.Parameters.Values.First().IsInvalid);

        second.Dispose();
        Assert.Equal(0, _library.Count);
    }

    [Fact]
    public void Another_precision_or_another_start_is_another_model()
    {
        using var one = Borrow();
        using var coarse = Borrow(ScalarType.BFloat16);
        using var random = Borrow(seed: 3);

        Assert.Equal(3, _library.Count);
        Assert.NotSame(one.Model, random.Model);
    }

    private PartLease Borrow(ScalarType type = ScalarType.Float32, int? seed = null) => _library.Borrow(
        new LanguageModelPart
        {
            Name = "base",
            Model = "tiny",
            Format = "huggingFace",
            Digest = FolderDigest.Compute(_world.Model),
            RandomInitializationSeed = seed,
        },
        _world.Model,
        type,
        CPU);
}
