using System.Security.Cryptography;
using Graft.Adapters;
using Graft.Api.Methods;
using Graft.Api.V1Alpha1;
using Graft.Data;
using Graft.Data.Batches;
using Graft.Data.Records;
using Graft.Data.Samples;
using Graft.Data.Templates;
using Graft.Data.Tokenization;
using Graft.Models;
using Graft.Trainer.Parts;
using Graft.Trainer.Training;
using TorchSharp;

namespace Graft.Trainer.Tests.Support;

/// <summary>Sessions on a <see cref="TinyWorld"/>, and what of them is compared.</summary>
internal sealed class Sessions(TinyWorld world, torch.ScalarType type = torch.ScalarType.Float32) : IDisposable
{
    public ICausalLanguageModel Model { get; } = world.LoadModel(type);

    public TextTokenizer Tokenizer { get; } = TokenizerFolder.Load(world.Model);

    public ICollator Collator => new PaddedCollator(Tokenizer.Special.Pad);

    public IReadOnlyList<Sample> Samples => field ??= Load("train.jsonl").Samples;

    public IReadOnlyList<Sample> HeldOut => field ??= Load("heldout.jsonl").Samples;

    public TrainingSession New(TrainingSpec? training = null, MethodSpec? method = null, IReadOnlyList<Sample>? samples = null)
    {
        training ??= TinyPlan.Training;
        var adapter = AdapterMethods.Of(method ?? TinyPlan.Lora(dropout: 0.1)).Attach(Model, (ulong)training.Seed);
        return new TrainingSession(PartGraph.Of(Model, adapter), samples ?? Samples, Collator, training, new NextTokenObjective());
    }

    /// <summary>The losses of so many steps.</summary>
    public static double[] Advance(TrainingSession session, int steps) =>
        [.. Enumerable.Range(0, steps).Select(_ => session.Advance().Loss)];

    /// <summary>A digest of tensors' bits.</summary>
    public static string Digest(IEnumerable<KeyValuePair<string, torch.Tensor>> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(name));
            using var plain = tensor.detach().cpu().contiguous();
            hash.AppendData(plain.bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A digest of everything that a session trains with.</summary>
    public static string Digest(TrainingSession session) => Digest(session.Parts.State.Concat(session.Optimizer.Moments));

    public void Dispose() => Model.Dispose();

    private SampleSet Load(string file)
    {
        var template = new PlainTemplate();
        var options = new DataOptions(
            RecordParsers.Find("instruction")!, template, 64, TooLongPolicy.Error, BadRecordPolicy.Error, Packing: false);
        return SampleSet.Load(Path.Combine(world.Data, file), options, new SampleEncoder(Tokenizer, template));
    }
}
