using System.Globalization;

namespace Graft.Cluster.Tests;

/// <summary>What was measured on the way, for people to read; nothing is asserted on it.</summary>
public static class Figures
{
    private static readonly string Report = Path.Combine(Shell.Repository, "artifacts", "test-results", "cluster-figures.txt");

    /// <summary>Adds a line to artifacts/test-results/cluster-figures.txt.</summary>
    public static void Record(string what, double? value)
    {
        File.AppendAllText(Report, string.Create(CultureInfo.InvariantCulture, $"{what}: {value:0.##}\n"));
    }

    /// <summary>Begins a new report.</summary>
    public static void Begin()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Report)!);
        File.WriteAllText(Report, "");
    }
}
