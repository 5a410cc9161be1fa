using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit.Sdk;

namespace Graft.Cluster.Tests;

/// <summary>What the tests ask kubectl for.</summary>
/// <param name="exec">Runs a program where the API server is reached.</param>
public sealed class Kubectl(Func<ShellCommand, CancellationToken, Task<ShellResult>> exec)
{
    /// <summary>How long what should happen may take on the slowest machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs kubectl, whatever comes of it.</summary>
    public Task<ShellResult> RunAsync(params string[] arguments)
    {
        return exec(new ShellCommand("kubectl", arguments), CancellationToken.None);
    }

    /// <summary>Applies documents as a person or a pipeline does.</summary>
    public async Task<ShellResult> TryApplyAsync(string documents, params string[] arguments)
    {
        return await exec(new ShellCommand("kubectl", ["apply", "-f", "-", .. arguments]) { Input = documents }, CancellationToken.None);
    }

    /// <inheritdoc cref="TryApplyAsync"/>
    public async Task<string> ApplyAsync(string documents, params string[] arguments)
    {
        return (await TryApplyAsync(documents, arguments)).Succeeded();
    }

    /// <summary>An object, or null where there is none.</summary>
    public async Task<JsonNode?> FindAsync(string ns, string kind, string name)
    {
        var found = await RunAsync("--namespace", ns, "get", kind, name, "--ignore-not-found", "-o", "json");
        return found.Succeeded().Length == 0 ? null : JsonNode.Parse(found.Output);
    }

    /// <summary>All objects of some kinds.</summary>
    public async Task<IReadOnlyList<JsonNode>> ListAsync(string ns, string kinds)
    {
        var found = await RunAsync("--namespace", ns, "get", kinds, "-o", "json");
        return [.. JsonNode.Parse(found.Succeeded())!["items"]!.AsArray().Select(item => item!)];
    }

    /// <summary>A part of an object, by JSONPath.</summary>
    public async Task<string> TextAsync(string ns, string kind, string name, string path)
    {
        return (await RunAsync("--namespace", ns, "get", kind, name, "-o", $"jsonpath={path}")).Succeeded().Trim();
    }

    /// <summary>
    /// Starts to watch a namespace's objects of a kind, by its group and version such as <c>batch/v1</c> and its plural name.
    /// </summary>
    public ResourceWatch Watch(string ns, string api, string plural)
    {
        var path = $"/apis/{api}/namespaces/{ns}/{plural}?watch=true&timeoutSeconds=1800";
        return new ResourceWatch(
            (onLine, cancellationToken) => exec(new ShellCommand("kubectl", "get", "--raw", path) { OnLine = onLine }, cancellationToken));
    }

    /// <summary>Waits until something is so.</summary>
    /// <exception cref="XunitException">It did not come about in time; the message tells what there is in the namespace.</exception>
    public async Task WaitAsync(string ns, string what, Func<Task<bool>> isSo)
    {
        var clock = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (clock.Elapsed > Patience)
            {
                throw new XunitException($"after {Patience.TotalMinutes} minutes still not so: {what}\n{await TellAsync(ns)}");
            }

            await Task.Delay(Pause);
        }
    }

    /// <summary>All that helps to see why something did not happen.</summary>
    public async Task<string> TellAsync(string ns)
    {
        string[][] questions =
        [
            ["--namespace", ns, "get", "graft,jobs,pods,configmaps", "-o", "wide"],
            ["--namespace", ns, "get", "adaptertrainingruns,basemodels,trainingdatasets", "-o",
                "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.status}{\"\\n\"}{end}"],
            ["--namespace", ns, "get", "events", "--sort-by=.lastTimestamp"],
            ["--namespace", ns, "logs", "--selector=graft.dev/role", "--tail=40", "--prefix"],
            ["--namespace", GraftCluster.SystemNamespace, "logs", "deployment/graft", "--tail=60"],
        ];
        var answers = new List<string>();
        foreach (var question in questions)
        {
            var answer = await RunAsync(question);
            answers.Add($"$ kubectl {string.Join(' ', question)}\n{answer.Output}{answer.Error}");
        }

        return string.Join('\n', answers);
    }
}

/// <summary>Reading what kubectl printed.</summary>
public static class ObjectReading
{
    public static string Name(this JsonNode item)
    {
        return item["metadata"]!["name"]!.GetValue<string>();
    }

    public static string ResourceVersion(this JsonNode item)
    {
        return item["metadata"]!["resourceVersion"]!.GetValue<string>();
    }

    /// <summary>A condition by type, or null.</summary>
    public static JsonNode? Condition(this JsonNode item, string type)
    {
        return item["status"]?["conditions"]?.AsArray().SingleOrDefault(condition => condition!["type"]!.GetValue<string>() == type);
    }

    /// <summary>A condition as <c>Status/Reason</c>; empty where it is not set.</summary>
    public static string State(this JsonNode item, string type)
    {
        var condition = item.Condition(type);
        return condition is null ? "" : $"{condition["status"]}/{condition["reason"]}";
    }

    public static string Message(this JsonNode item, string type)
    {
        return item.Condition(type)?["message"]?.GetValue<string>() ?? "";
    }

    public static string ToText(this JsonNode item)
    {
        return item.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }
}
