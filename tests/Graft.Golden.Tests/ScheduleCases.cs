using System.Text.Json.Nodes;
using Graft.Trainer.Schedules;
using Xunit;

namespace Graft.Golden.Tests;

/// <summary>The learning rate of every step, in double: Hugging Face transformers' schedulers and two of torch.optim's.</summary>
internal static class ScheduleCases
{
    public static void Check(GoldenCase golden)
    {
        var relative = golden.Tolerance("relative", 1e-12);
        var absolute = golden.Tolerance("absolute", 1e-18);
        foreach (var row in golden.Description["schedules"]!.AsArray().Select(row => row!.AsObject()))
        {
            var key = row["key"]!.GetValue<string>();
            var expected = golden.Tensors("rates.safetensors")[key];
            var bases = Bases(row);
            var rates = Rates(row, bases, (int)expected.shape[0]);
            var wanted = expected.data<double>().ToArray();
            var actual = rates.SelectMany(step => step).ToArray();
            Assert.True(wanted.Length == actual.Length, $"{key}: {actual.Length} rates, expected {wanted.Length}");
            for (var i = 0; i < wanted.Length; i++)
            {
                Assert.True(
                    Math.Abs(actual[i] - wanted[i]) <= absolute + (relative * Math.Abs(wanted[i])),
                    $"{key}, step {i / bases.Length}: {actual[i]:R}, expected {wanted[i]:R}");
            }
        }

        foreach (var row in golden.Description["warmup_rounding"]?.AsArray() ?? [])
        {
            var total = row!["num_training_steps"]!.GetValue<int>();
            var warmup = row["warmup"]!.GetValue<double>();
            var steps = row["num_warmup_steps"]!.GetValue<int>();
            Assert.Equal(steps, warmup < 1 ? PlanSchedule.WarmupSteps(warmup, total) : (int)warmup);
        }
    }

    private static IEnumerable<double[]> Rates(JsonObject row, double[] bases, int steps)
    {
        var name = row["name"]!.GetValue<string>();
        return name switch
        {
            "one_cycle" => Enumerable.Range(0, steps).Select(step => new[] { Cycle(row, bases[0]).Rate(step) }),
            "reduce_lr_on_plateau" => Plateau(row, bases[0]).Select(rate => new[] { rate }),
            _ => Scaled(Factor(name, row, bases[0]), bases, steps),
        };
    }

    private static IEnumerable<double[]> Scaled(Func<int, double> factor, double[] bases, int steps) =>
        Enumerable.Range(0, steps).Select(step => Array.ConvertAll(bases, rate => rate * factor(step)));

    private static Func<int, double> Factor(string name, JsonObject row, double rate)
    {
        var options = Options(row);
        var warmup = row["num_warmup_steps"]?.GetValue<int>() ?? 0;
        var total = row["num_training_steps"]?.GetValue<int>() ?? 0;
        return name switch
        {
            "constant" => RateFactors.Constant(),
            "constant_with_warmup" => RateFactors.Constant(warmup),
            "linear" => RateFactors.Linear(warmup, total),
            "cosine" => RateFactors.Cosine(warmup, total, options.Number("num_cycles") ?? 0.5),
            "cosine_with_restarts" => RateFactors.CosineWithRestarts(warmup, total, (int)(options.Number("num_cycles") ?? 1)),
            "polynomial" => RateFactors.Polynomial(warmup, total, rate, options.Number("lr_end") ?? 1e-7, options.Number("power") ?? 1.0),
            "inverse_sqrt" => RateFactors.InverseSquareRoot(warmup, (int?)options.Number("timescale")),
            "cosine_with_min_lr" => RateFactors.CosineToMinimum(warmup, total, Minimum(options, rate), options.Number("num_cycles") ?? 0.5),
            "cosine_warmup_with_min_lr" => RateFactors.CosineToMinimumWithWarmStart(
                warmup, total, Minimum(options, rate), options.Number("warmup_lr_rate"), options.Number("num_cycles") ?? 0.5),
            "warmup_stable_decay" => StableDecay(options, warmup, total).Factor,
            _ => throw new NotSupportedException($"the schedule '{name}' is not known"),
        };
    }

    private static double Minimum(RowOptions options, double rate) =>
        options.Number("min_lr_rate") ?? (options.Number("min_lr") ?? 0) / rate;

    private static WarmupStableDecay StableDecay(RowOptions options, int warmup, int total)
    {
        var decay = (int)options.Number("num_decay_steps")!;
        return new WarmupStableDecay(warmup, (int?)options.Number("num_stable_steps") ?? total - warmup - decay, decay)
        {
            Minimum = options.Number("min_lr_ratio") ?? 0,
            WarmupRamp = Ramp(options.Text("warmup_type") ?? "linear"),
            DecayRamp = Ramp(options.Text("decay_type") ?? "cosine"),
            Cycles = options.Number("num_cycles") ?? 0.5,
        };
    }

    private static Ramp Ramp(string name) => name switch
    {
        "linear" => Trainer.Schedules.Ramp.Linear,
        "cosine" => Trainer.Schedules.Ramp.Cosine,
        "1-sqrt" => Trainer.Schedules.Ramp.OneMinusSquareRoot,
        _ => throw new NotSupportedException($"the ramp '{name}' is not known"),
    };

    private static OneCycle Cycle(JsonObject row, double maximum)
    {
        var options = Options(row);
        var standard = new OneCycle(maximum, row["num_training_steps"]!.GetValue<int>());
        return standard with
        {
            RisingShare = options.Number("pct_start") ?? standard.RisingShare,
            StartDivisor = options.Number("div_factor") ?? standard.StartDivisor,
            EndDivisor = options.Number("final_div_factor") ?? standard.EndDivisor,
            Straight = options.Text("anneal_strategy") == "linear",
            ThreePhases = options.Flag("three_phase"),
        };
    }

    private static IEnumerable<double> Plateau(JsonObject row, double rate)
    {
        var options = Options(row);
        var standard = new PlateauOptions();
        var plateau = standard with
        {
            Maximize = options.Text("mode") == "max",
            Factor = options.Number("factor") ?? standard.Factor,
            Patience = (int)(options.Number("patience") ?? standard.Patience),
            Threshold = options.Number("threshold") ?? standard.Threshold,
            AbsoluteThreshold = options.Text("threshold_mode") == "abs",
            Cooldown = (int)(options.Number("cooldown") ?? standard.Cooldown),
            MinimumRate = options.Number("min_lr") ?? standard.MinimumRate,
            Epsilon = options.Number("eps") ?? standard.Epsilon,
        };
        var state = new PlateauState(rate);
        foreach (var metric in row["metrics"]!.AsArray())
        {
            state = state.After(metric!.GetValue<double>(), plateau);
            yield return state.Rate;
        }
    }

    private static double[] Bases(JsonObject row) => row["lr"] is JsonArray several
        ? [.. several.Select(rate => rate!.GetValue<double>())]
        : [row["lr"]!.GetValue<double>()];

    private static RowOptions Options(JsonObject row) => new(row["kwargs"]!.AsObject());

    private sealed record RowOptions(JsonObject Values)
    {
        public double? Number(string name) => Values[name]?.GetValue<double>();

        public string? Text(string name) => Values[name]?.GetValue<string>();

        public bool Flag(string name) => Values[name]?.GetValue<bool>() ?? false;
    }
}
