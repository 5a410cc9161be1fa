using Graft.Adapters.Targets;
using Graft.Api.Methods;

namespace Graft.Adapters.Lora;

/// <summary>How A and B start.</summary>
public enum LoraInitialization
{
    /// <summary>A Kaiming-uniform with a = √5, that is U(-1/√in, 1/√in); B zero.</summary>
    Default,

    /// <summary>A normal with deviation 1/r; B zero.</summary>
    Gaussian,

    /// <summary>
    /// Both uniform, so that the adapter changes the model from the start: for tests of what does not depend on training.
    /// </summary>
    Random,

    /// <summary>The r principal singular vectors of the weight (PiSSA, arXiv:2404.02948).</summary>
    Pissa,

    /// <summary>The first r columns and rows of its QR decomposition (OLoRA, arXiv:2406.01775).</summary>
    Olora,
}

/// <summary>Which biases of the base are trained as well.</summary>
public enum LoraBias
{
    None,

    /// <summary>Those of adapted layers.</summary>
    LoraOnly,

    /// <summary>All of the model.</summary>
    All,
}

/// <summary>The options of LoRA and its relatives; names as in the papers and in PEFT's adapter_config.json.</summary>
public sealed record LoraOptions
{
    /// <summary>r, the rank of the update.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>α, the numerator of the scale.</summary>
    public double Alpha { get; init; } = 8;

    /// <summary>Probability of dropping an input of A in training, 0 ≤ p &lt; 1.</summary>
    public double Dropout { get; init; }

    /// <summary>Scale by α/√r (arXiv:2312.03732) instead of α/r.</summary>
    public bool RsLora { get; init; }

    /// <summary>Train each output row's magnitude apart from its direction (arXiv:2402.09353).</summary>
    public bool Dora { get; init; }

    public LoraInitialization Initialization { get; init; }

    /// <summary>What is adapted; null means the family's usual targets.</summary>
    public TargetSelection? Targets { get; init; }

    /// <summary>Modules trained in full beside the adapters, by plain suffixes of their names.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    public LoraBias Bias { get; init; }

    /// <summary>Ranks of single modules, by suffix or regular expression.</summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>α of single modules, by suffix or regular expression.</summary>
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>The options that a spec or a plan asks for.</summary>
    /// <exception cref="AdapterException">It asks for an initialization that is not known here.</exception>
    public static LoraOptions Of(LoraSpec spec)
    {
        return new LoraOptions
        {
            Rank = spec.Rank,
            Alpha = spec.Alpha,
            Dropout = spec.Dropout,
            RsLora = spec.RsLora,
            Dora = spec.Dora,
            Initialization = spec.Initialization switch
            {
                "default" => LoraInitialization.Default,
                "gaussian" => LoraInitialization.Gaussian,
                "pissa" => LoraInitialization.Pissa,
                "olora" => LoraInitialization.Olora,
                var other => throw new AdapterException($"LoRA's initialization '{other}' is unknown (default, gaussian, pissa, olora)"),
            },
            Targets = TargetSelection.OfSpec(spec.TargetModules, spec.TargetPattern, spec.ExcludeModules),
        };
    }

    /// <summary>The rank at a module.</summary>
    public int RankAt(string module) => TargetMatcher.ByPattern(RankPattern, module) ?? Rank;

    /// <summary>The scale s at a module.</summary>
    public double ScaleAt(string module)
    {
        var alpha = TargetMatcher.ByPattern(AlphaPattern, module) ?? Alpha;
        var rank = RankAt(module);
        return RsLora ? alpha / Math.Sqrt(rank) : alpha / rank;
    }

    /// <summary>Checks what does not depend on a model.</summary>
    /// <exception cref="AdapterException">A value is out of range.</exception>
    public void Validate()
    {
        if (Rank < 1 || RankPattern.Values.Any(rank => rank < 1))
        {
            throw new AdapterException("LoRA's rank must be at least 1");
        }

        if (Dropout is not (>= 0 and < 1))
        {
            throw new AdapterException($"LoRA's dropout must be at least 0 and below 1, not {Dropout}");
        }
    }
}
