using Graft.Models.Transformers;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Adapters.Lora;

/// <summary>Makes the layers of a LoRA adapter in their initial state.</summary>
internal static class LoraStart
{
    /// <summary>The layer of one site.</summary>
    /// <param name="site">Where it acts.</param>
    /// <param name="weight">The site's frozen weight, [out, in].</param>
    /// <param name="options">Rank, scale, initialization.</param>
    /// <param name="seed">Decides the random starts.</param>
    /// <param name="device">Where the parameters live.</param>
    public static LoraLayer Make(LinearSite site, Tensor weight, LoraOptions options, ulong seed, Device device)
    {
        var rank = options.RankAt(site.Name);
        var scale = options.ScaleAt(site.Name);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (a, b) = options.Initialization switch
        {
            LoraInitialization.Pissa => PrincipalFactors(site, weight, rank, scale),
            LoraInitialization.Olora => OrthogonalFactors(site, weight, rank),
            _ => RandomFactors(site, options.Initialization, rank, seed),
        };
        var layer = new LoraLayer(site, scale, NewParameters.CopyOf(a, device), NewParameters.CopyOf(b, device));
        if (options.Initialization is LoraInitialization.Pissa or LoraInitialization.Olora)
        {
            layer.SubtractPresentFactors();
        }

        if (options.Dora)
        {
            layer.AddMagnitude(weight);
        }

        return layer;
    }

    private static (Tensor A, Tensor B) RandomFactors(LinearSite site, LoraInitialization initialization, int rank, ulong seed)
    {
        long[] shapeA = [rank, site.InputSize];
        long[] shapeB = [site.OutputSize, rank];
        using var generatorA = GeneratorFor(seed, site, "A");
        using var generatorB = GeneratorFor(seed, site, "B");
        return initialization switch
        {
            LoraInitialization.Gaussian => (randn(shapeA, ScalarType.Float32, generator: generatorA).mul_(1.0 / rank), zeros(shapeB)),
            LoraInitialization.Random => (
                NewParameters.KaimingUniform(shapeA, generatorA), NewParameters.KaimingUniform(shapeB, generatorB)),
            _ => (NewParameters.KaimingUniform(shapeA, generatorA), zeros(shapeB)),
        };
    }

    private static Generator GeneratorFor(ulong seed, LinearSite site, string factor) =>
        new(RandomWeights.SeedOf(seed, $"{site.Name}.lora_{factor}"), CPU);

    // W = U·S·Vᵀ; A = diag√(S_r/s)·V_rᵀ, B = U_r·diag√(S_r/s), so that s·B·A is W's best approximation of rank r.
    private static (Tensor A, Tensor B) PrincipalFactors(LinearSite site, Tensor weight, int rank, double scale)
    {
        CheckRank(site, rank);
        var (u, s, vt) = linalg.svd(weight.to(ScalarType.Float32), fullMatrices: false);
        var root = (s.narrow(0, 0, rank) / scale).sqrt();
        return (vt.narrow(0, 0, rank) * root.unsqueeze(1), u.narrow(1, 0, rank) * root.unsqueeze(0));
    }

    // W = Q·R; A = R[:r], B = Q[:, :r].
    private static (Tensor A, Tensor B) OrthogonalFactors(LinearSite site, Tensor weight, int rank)
    {
        CheckRank(site, rank);
        var (q, r) = linalg.qr(weight.to(ScalarType.Float32), linalg.QRMode.Reduced);
        return (r.narrow(0, 0, rank), q.narrow(1, 0, rank));
    }

    private static void CheckRank(LinearSite site, int rank)
    {
        var largest = Math.Min(site.InputSize, site.OutputSize);
        if (rank > largest)
        {
            throw new AdapterException(
                $"{site.Name} is {site.OutputSize} × {site.InputSize}: a start from its decomposition needs a rank of at most {largest}, not {rank}");
        }
    }
}
