using System.Text.Json.Nodes;

namespace Graft.Cluster.Tests;

/// <summary>
/// A real MLflow beside the node, which pods reach; from the folder that <c>GRAFT_MLFLOW_DIR</c> names, else from ../shared/mlflow
/// beside the checkout: its <c>server.sh</c> installs, starts and stops one.
/// </summary>
public sealed class MlflowServer
{
    private const string Host = "10.88.0.1";
    private const string Port = "5001";
    private readonly string _script;
    private readonly string _state;
    private readonly Func<ShellCommand, CancellationToken, Task<ShellResult>> _execute;

    private MlflowServer(string script, string state, Func<ShellCommand, CancellationToken, Task<ShellResult>> execute)
    {
        _script = script;
        _state = state;
        _execute = execute;
    }

    /// <summary>What the chart is told.</summary>
    public static string TrackingUri => $"http://{Host}:{Port}";

    /// <summary>Starts one, or returns null where there is none to start.</summary>
    /// <param name="state">Its folder.</param>
    /// <param name="execute">Runs a program in the cluster's network namespace.</param>
    public static async Task<MlflowServer?> StartAsync(string state, Func<ShellCommand, CancellationToken, Task<ShellResult>> execute)
    {
        var script = new[] { Environment.GetEnvironmentVariable("GRAFT_MLFLOW_DIR"), Path.Combine(
            Shell.Repository, "..", "shared", "mlflow") }
            .OfType<string>()
            .Select(folder => Path.Combine(folder, "server.sh"))
            .FirstOrDefault(File.Exists);
        if (script is null)
        {
            return null;
        }

        // What it installs comes from outside, where the namespace does not reach.
        (await Shell.RunAsync(script, "setup")).Succeeded();
        var server = new MlflowServer(script, state, execute);
        (await server.CallAsync("start", "--host", Host, "--port", Port)).Succeeded();
        return server;
    }

    /// <summary>Stops it.</summary>
    public async Task StopAsync()
    {
        (await CallAsync("stop")).Succeeded();
    }

    /// <summary>Lets it accept connections and answer none, as a server that hangs.</summary>
    public async Task PauseAsync() => (await CallAsync("pause")).Succeeded();

    /// <summary>Lets it answer again.</summary>
    public async Task ResumeAsync() => (await CallAsync("resume")).Succeeded();

    /// <summary>A run as MLflow's own client reads it: <c>{status, steps, files}</c>, the steps being those of the training loss.</summary>
    public async Task<JsonNode> RunAsync(string id)
    {
        const string Script =
            """
            import json, mlflow, sys
            client = mlflow.MlflowClient()
            print(json.dumps({
                'status': client.get_run(sys.argv[1]).info.status,
                'steps': [point.step for point in client.get_metric_history(sys.argv[1], 'train/loss')],
                'files': [file.path for file in client.list_artifacts(sys.argv[1])]}))
            """;
        return JsonNode.Parse((await CallAsync("python", "-c", Script, id)).Succeeded())!;
    }

    private Task<ShellResult> CallAsync(params string[] arguments)
    {
        return _execute(
            new ShellCommand(_script, arguments) { Environment = new Dictionary<string, string> { ["MLFLOW_TEST_STATE"] = _state } },
            CancellationToken.None);
    }
}
