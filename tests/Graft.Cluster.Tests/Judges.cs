using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>
/// Programs from outside that say whether a resource is done: kstatus, which Flux uses, and Argo CD's health scripts. Their paths come
/// from <c>GRAFT_TOOLS_DIR</c>, else from ../shared/tools beside the checkout.
/// </summary>
public static class Judges
{
    /// <summary>The folder with kstatus, argo-health and oras, or null.</summary>
    public static string? Tools { get; } = new[]
        {
            Environment.GetEnvironmentVariable("GRAFT_TOOLS_DIR"),
            Path.Combine(Shell.Repository, "..", "shared", "tools"),
        }
        .FirstOrDefault(folder => folder is not null && File.Exists(Path.Combine(folder, "kstatus")));

    /// <summary>A tool's path; the test is skipped where there is none.</summary>
    public static string Tool(string name)
    {
        Assert.SkipWhen(Tools is null, $"no {name} here: set GRAFT_TOOLS_DIR to a folder that holds kstatus, argo-health and oras");
        return Path.Combine(Tools!, name);
    }

    /// <summary>kstatus's word for an object: InProgress, Failed, Current or Terminating.</summary>
    public static async Task<string> KstatusAsync(JsonNode item)
    {
        var judged = await Shell.RunAsync(new ShellCommand(Tool("kstatus"), "--json") { Input = item.ToJsonString() });
        return JsonNode.Parse(judged.Succeeded())!["status"]!.GetValue<string>();
    }

    /// <summary>Argo CD's word for an object by the chart's script: Progressing, Healthy or Degraded.</summary>
    public static async Task<string> ArgoHealthAsync(JsonNode item, string script)
    {
        var path = Path.Combine(Helm.Chart, "argocd", script);
        var judged = await Shell.RunAsync(new ShellCommand(Tool("argo-health"), "--json", path) { Input = item.ToJsonString() });
        return JsonNode.Parse(judged.Succeeded())!["status"]!.GetValue<string>();
    }
}
