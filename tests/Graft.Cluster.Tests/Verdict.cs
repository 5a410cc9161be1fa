using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>What our conditions say of a resource, in the words of those who judge it from outside.</summary>
public static class Verdict
{
    /// <summary>Asserts that kstatus and Argo CD say what the resource's own conditions say.</summary>
    /// <param name="item">The resource.</param>
    /// <param name="summary">Its summary condition: Succeeded or Ready.</param>
    /// <param name="script">Argo CD's script for it.</param>
    public static async Task AgreesAsync(JsonNode item, string summary, string script)
    {
        var (kstatus, argo) = Expected(item, summary);
        Assert.True(kstatus == await Judges.KstatusAsync(item), $"kstatus does not say {kstatus} of {item.ToText()}");
        Assert.True(argo == await Judges.ArgoHealthAsync(item, script), $"Argo CD does not say {argo} of {item.ToText()}");
    }

    private static (string Kstatus, string Argo) Expected(JsonNode item, string summary)
    {
        if (item["status"]?["observedGeneration"]?.GetValue<long>() != item["metadata"]!["generation"]!.GetValue<long>())
        {
            return ("InProgress", "Progressing");
        }

        var isDone = item.State(summary).StartsWith("True", StringComparison.Ordinal);
        var needsHelp = item.State("Stalled").StartsWith("True", StringComparison.Ordinal)
            || (summary == "Succeeded" && item.State(summary).StartsWith("False", StringComparison.Ordinal));
        return (isDone, needsHelp) switch
        {
            (true, _) => ("Current", "Healthy"),
            (_, true) => ("Failed", "Degraded"),
            _ => ("InProgress", "Progressing"),
        };
    }
}
