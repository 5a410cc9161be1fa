using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>
/// People who apply the same files with kubectl, on the client's side first and on the server's later, as GitOps controllers take over
/// what was applied by hand. Every object that may be empty becomes so once.
/// </summary>
[Collection(ApiServer.Collection)]
public sealed class ApplyTests(ApiServer server)
{
    private const string Lora = "method: {lora: {rank: 8}}";

    /// <summary>What a run says first, and later.</summary>
    private static readonly (string First, string Later)[] Runs =
    [
        (Lora, "method: {lora: {}}"),
        ("method: {lora: {}}", "method: {lora: {}}"),
        ("method: {lora: {targetModules: [a]}}", "method: {lora: {targetPattern: b}}"),
        (Lora + "\n  publish: {layout: data}", Lora + "\n  publish: {}"),
        (Lora + "\n  publish: {}", Lora + "\n  publish: {}"),
        (Lora + "\n  publish: {name: x, pushSecretRef: {name: s}}", Lora),
        (Lora + "\n  tracking: {uri: 'http://x'}", Lora + "\n  tracking: {}"),
        (Lora + "\n  training: {maxSteps: 5}", Lora + "\n  training: {}"),
        (Lora + "\n  training: {learningRate: '1e-3'}", Lora + "\n  training: {epochs: '2'}"),
        (Lora + "\n  evaluation: {everySteps: 5}", Lora + "\n  evaluation: {}"),
        (Lora + "\n  checkpoint: {claimName: x}", Lora + "\n  checkpoint: {}"),
        (Lora + "\n  pod: {cpu: '2'}", Lora + "\n  pod: {}"),
        (Lora + "\n  pod: {}", Lora + "\n  pod: {}"),
        (Lora + "\n  pod: {cpu: '2', gpu: {count: 1}}", Lora + "\n  pod: {gpu: {}}"),
        (Lora + "\n  pod: {gpu: {}}", Lora + "\n  pod: {}"),
        (Lora + "\n  pod: {labels: {a: b}, annotations: {a: b}, nodeSelector: {a: b}}",
            Lora + "\n  pod: {labels: {}, annotations: {}, nodeSelector: {}}"),
        (Lora + "\n  pod: {env: [{name: A, value: b}], imagePullSecrets: [{name: a}]}", Lora + "\n  pod: {env: [], imagePullSecrets: []}"),
        (Lora + "\n  pod: {tolerations: [{key: a}]}", Lora + "\n  pod: {tolerations: [{}]}"),
        (Lora + "\n  pod: {securityContext: {fsGroup: 1}, storage: {output: 1Gi}}", Lora + "\n  pod: {securityContext: {}, storage: {}}"),
        (Lora + "\n  pod: {affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}}}",
            Lora + "\n  pod: {affinity: {nodeAffinity: {}}}"),
        (Lora + "\n  pod: {affinity: {podAffinity: {}}}", Lora + "\n  pod: {affinity: {}}"),
    ];

    private static readonly (string First, string Later)[] Models =
    [
        ("source: {builtin: {name: x}}\n  randomInitialization: {seed: 3}", "source: {builtin: {name: x}}\n  randomInitialization: {}"),
        ("source: {builtin: {name: x}}\n  license: {spdx: MIT}", "source: {builtin: {name: x}}\n  license: {}"),
        ("source: {builtin: {name: x}}\n  pod: {memory: 3Gi}", "source: {builtin: {name: x}}\n  pod: {}"),
    ];

    [Fact]
    public async Task A_file_can_be_applied_again_and_again_whoever_applies_it()
    {
        await server.RequireAsync();
        var name = await server.CreateNamespaceAsync();
        var folder = Directory.CreateTempSubdirectory("graft-apply-").FullName;
        try
        {
            var (first, later) = (Path.Combine(folder, "first.yaml"), Path.Combine(folder, "later.yaml"));

            // By one manager on the server's side.
            await WriteAsync(first, "a", pair => pair.First);
            await WriteAsync(later, "a", pair => pair.Later);
            await ApplyAsync(name, first, "--server-side", "--field-manager=flux");
            await ApplyAsync(name, later, "--server-side", "--field-manager=flux");
            await ApplyAsync(name, later, "--server-side", "--field-manager=flux");

            // On the client's side, and then taken over.
            await WriteAsync(first, "b", pair => pair.First);
            await WriteAsync(later, "b", pair => pair.Later);
            await ApplyAsync(name, first);
            await ApplyAsync(name, later, "--server-side", "--field-manager=argocd", "--force-conflicts");
            await ApplyAsync(name, later, "--server-side", "--field-manager=argocd", "--force-conflicts");

            // The same file by both, in turn: once taken over nothing is written any more.
            await WriteAsync(later, "c", pair => pair.Later);
            await ApplyAsync(name, later);
            await ApplyAsync(name, later, "--server-side", "--field-manager=argocd", "--force-conflicts");
            await ApplyAsync(name, later, "--server-side", "--field-manager=argocd", "--force-conflicts");
            var before = await ResourceVersionsAsync(name);
            await ApplyAsync(name, later, "--server-side", "--field-manager=argocd", "--force-conflicts");
            Assert.Equal(before, await ResourceVersionsAsync(name));

            var specs = await SpecsAsync(name);
            foreach (var (key, spec) in specs.Where(found => found.Key.StartsWith('c')))
            {
                Assert.True(JsonNode.DeepEquals(specs["a" + key[1..]], spec), $"{key}: {specs["a" + key[1..]]} {spec}");
                Assert.True(JsonNode.DeepEquals(specs["b" + key[1..]], spec), $"{key}: {specs["b" + key[1..]]} {spec}");
            }

            Assert.Equal((Runs.Length + Models.Length) * 3, specs.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Two_people_may_each_set_fields_of_one_section()
    {
        await server.RequireAsync();
        var name = await server.CreateNamespaceAsync();
        var folder = Directory.CreateTempSubdirectory("graft-apply-").FullName;
        try
        {
            const string Head = "apiVersion: graft.dev/v1alpha1\nkind: AdapterTrainingRun\nmetadata: {name: two}\nspec:\n";
            var (team, admin) = (Path.Combine(folder, "team.yaml"), Path.Combine(folder, "admin.yaml"));
            var cancellationToken = TestContext.Current.CancellationToken;
            const string Inputs = "  baseModelRef: {name: m}\n  data: {datasetRef: {name: d}}\n";
            await File.WriteAllTextAsync(team, $"{Head}{Inputs}  {Lora}\n  pod: {{memory: 3Gi}}\n", cancellationToken);
            await File.WriteAllTextAsync(
                admin, Head + "  pod: {cpu: '3', labels: {cost: '7'}}\n  training: {seed: 7}\n", cancellationToken);
            for (var i = 0; i < 2; i++)
            {
                await ApplyAsync(name, team, "--server-side", "--field-manager=team");
                await ApplyAsync(name, admin, "--server-side", "--field-manager=admin");
            }

            var spec = (await SpecsAsync(name))["two"]!;
            Assert.True(
                JsonNode.DeepEquals(JsonNode.Parse("""{"memory":"3Gi","cpu":"3","labels":{"cost":"7"}}"""), spec["pod"]), spec.ToJsonString());
            Assert.Equal(7, (int)spec["training"]!["seed"]!);
            Assert.Equal(8, (int)spec["method"]!["lora"]!["rank"]!);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteAsync(string file, string prefix, Func<(string First, string Later), string> choose)
    {
        var runs = Runs.Select((pair, index) => $"""
            apiVersion: graft.dev/v1alpha1
            kind: AdapterTrainingRun
            metadata: {"{"}name: {prefix}-run-{index}{"}"}
            spec:
              baseModelRef: {"{"}name: m{"}"}
              data: {"{"}datasetRef: {"{"}name: d{"}"}{"}"}
              {choose(pair)}
            """);
        var models = Models.Select((pair, index) => $"""
            apiVersion: graft.dev/v1alpha1
            kind: BaseModel
            metadata: {"{"}name: {prefix}-model-{index}{"}"}
            spec:
              {choose(pair)}
            """);
        await File.WriteAllTextAsync(file, string.Join("\n---\n", runs.Concat(models)));
    }

    private async Task ApplyAsync(string @namespace, string file, params string[] options)
    {
        var (code, output) = await server.KubectlAsync(["apply", "-n", @namespace, "-f", file, .. options]);
        Assert.True(code == 0, $"apply {string.Join(' ', options)}:\n{output}");
    }

    private async Task<Dictionary<string, JsonNode?>> SpecsAsync(string @namespace)
    {
        return (await ItemsAsync(@namespace)).ToDictionary(item => item["metadata"]!["name"]!.ToString(), item => item["spec"]);
    }

    private async Task<List<string>> ResourceVersionsAsync(string @namespace)
    {
        return [.. (await ItemsAsync(@namespace)).Select(item => $"{item["metadata"]!["name"]} {item["metadata"]!["resourceVersion"]}")];
    }

    private async Task<List<JsonNode>> ItemsAsync(string @namespace)
    {
        var (code, output) = await server.KubectlAsync("get", "-n", @namespace, "adaptertrainingruns,basemodels", "-o", "json");
        Assert.True(code == 0, output);
        return [.. JsonNode.Parse(output)!["items"]!.AsArray().Select(item => item!)];
    }
}
