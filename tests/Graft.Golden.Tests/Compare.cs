using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>The tolerances of the golden cases for fp32, and comparisons that say where and how far two tensors differ.</summary>
internal static class Compare
{
    public const double Outputs = 5e-5;
    public const double Loss = 1e-5;
    public const double Trained = 1e-4;

    /// <summary>Largest difference of gradients: 1e-5 plus 1e-4 of the tensor's largest.</summary>
    public static double GradientTolerance(Tensor expected) => 1e-5 + (1e-4 * expected.abs().max().ToDouble());

    /// <summary>Compares all elements, or those rows of [B, T, …] where <paramref name="mask"/> [B, T] is 1.</summary>
    public static void Close(Tensor expected, Tensor actual, double tolerance, string what, Tensor? mask = null)
    {
        Assert.True(
            expected.shape.SequenceEqual(actual.shape),
            $"{what}: shape [{string.Join(", ", actual.shape)}], expected [{string.Join(", ", expected.shape)}]");
        using var scope = NewDisposeScope();
        var difference = (expected.to(ScalarType.Float64) - actual.detach().to(ScalarType.Float64)).abs();
        if (mask is not null)
        {
            difference = difference[mask.to(ScalarType.Bool)];
        }

        if (difference.numel() > 0)
        {
            // Written so that NaN fails too.
            var largest = difference.max().ToDouble();
            Assert.True(largest <= tolerance, $"{what}: differs by {largest:g3}, tolerance {tolerance:g3}");
        }
    }

    public static void Close(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{what}: {actual:g9}, expected {expected:g9} ± {tolerance:g3}");

    public static void SameNames(IEnumerable<string> expected, IEnumerable<string> actual, string what)
    {
        var wanted = expected.Order(StringComparer.Ordinal).ToList();
        var got = actual.Order(StringComparer.Ordinal).ToList();
        Assert.True(
            wanted.SequenceEqual(got),
            $"{what}: missing [{string.Join(", ", wanted.Except(got))}], unexpected [{string.Join(", ", got.Except(wanted))}]");
    }
}
