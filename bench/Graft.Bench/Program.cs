using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Graft.Adapters;
using Graft.Adapters.Lora;
using Graft.Adapters.Targets;
using Graft.Api.V1Alpha1;
using Graft.Bench;
using Graft.Data.Batches;
using Graft.Data.Samples;
using Graft.Models;
using Graft.Models.Runtime;
using Graft.Trainer.Parts;
using Graft.Trainer.Training;
using static TorchSharp.torch;

// The step of peers/peer_lora.py by Graft's trainer: LoRA (r = 8 on q_proj and v_proj) on a frozen fp32 LLaMA of 58 million weights,
// batch 4 × 256; forward, backward, AdamW. Prints one JSON line with the median of 10 steps after 3 warm-ups.
//   Graft.Bench [threads] [labeled fraction]
const int Rows = 4;
const int Length = 256;
const int WarmUps = 3;
const int Measured = 10;
var threads = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2;
var labeled = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1.0;
TorchRuntime.Initialize(threads);

using var folder = new BenchModel();
using var model = CausalLanguageModels.Initialize(folder.Path, seed: 0);
var method = new LoraMethod(new LoraOptions { Rank = 8, Alpha = 16, Targets = TargetSelection.Of("q_proj", "v_proj") });
var training = new TrainingSpec
{
    MaxSteps = WarmUps + Measured,
    BatchSize = Rows,
    GradientAccumulationSteps = 1,
    LearningRate = 1e-3,
    Schedule = "constant",
    WeightDecay = 0.01,
    AdamBeta1 = 0.9,
    AdamBeta2 = 0.999,
    AdamEpsilon = 1e-8,
    MaxGradientNorm = 0,
    Seed = 0,
    Precision = "float32",
};
var adapter = method.Attach(model, seed: 0);
using var session = new TrainingSession(
    PartGraph.Of(model, adapter), Samples(), new PaddedCollator(padId: 0), training, new NextTokenObjective());

var seconds = new List<double>();
for (var step = 0; step < WarmUps + Measured; step++)
{
    var clock = Stopwatch.StartNew();
    session.Advance();
    if (step >= WarmUps)
    {
        seconds.Add(clock.Elapsed.TotalSeconds);
    }
}

seconds.Sort();
var median = (seconds[(Measured / 2) - 1] + seconds[Measured / 2]) / 2;
Console.WriteLine(JsonSerializer.Serialize(new
{
    ours = $"Graft, libtorch {__version__}",
    threads,
    labeled,
    median_step_s = Math.Round(median, 4),
    tokens_per_s = Math.Round(Rows * Length / median, 1),
    peak_rss_MiB = PeakMemory.Bytes() >> 20,
    trainable = adapter.TrainableCount(),
}));

// Random tokens; the last part of each row is trained, as an answer after a prompt is.
Sample[] Samples()
{
    var random = new Random(0);
    return
    [
        .. Enumerable.Range(0, Rows).Select(row => new Sample(
            $"row {row}",
            [.. Enumerable.Range(0, Length).Select(_ => random.Next(3, model.VocabularySize))],
            [.. Enumerable.Range(0, Length).Select(i => i >= (int)(Length * (1 - labeled)))])),
    ];
}
