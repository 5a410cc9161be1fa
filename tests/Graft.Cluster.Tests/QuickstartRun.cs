using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>
/// The quickstart, applied and followed to its end with README's commands as they are printed; the tests of
/// <see cref="QuickstartTests"/> look at what was seen.
/// </summary>
public sealed class QuickstartRun(GraftCluster cluster) : IAsyncLifetime
{
    private const double MiB = 1 << 20;
    private readonly List<ResourceWatch> _watches = [];
    private readonly Dictionary<string, string> _printed = [];
    private ReaderShell? _reader;

    /// <summary>The run's namespace.</summary>
    public string Namespace { get; private set; } = "";

    /// <summary>The run's name.</summary>
    public string Name { get; } = Quickstart.RunName;

    /// <summary>Every state that the run went through.</summary>
    public IReadOnlyList<SeenState> States => _watches[0].Of(Name);

    /// <summary>The states of base models and data sets.</summary>
    public IReadOnlyList<SeenState> InputStates => [.. _watches[1].Seen, .. _watches[2].Seen];

    /// <summary>The run at its end.</summary>
    public JsonNode Finished => States[^1].Item;

    /// <summary>What README's commands printed, the installation left out.</summary>
    public IReadOnlyDictionary<string, string> Printed => _printed;

    /// <summary>Where the audit log was when the quickstart was applied.</summary>
    public long AuditStart { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (!cluster.IsAvailable)
        {
            return;
        }

        Namespace = await cluster.CreateNamespaceAsync("quickstart");
        foreach (var plural in new[] { "adaptertrainingruns", "basemodels", "trainingdatasets" })
        {
            _watches.Add(cluster.Kubectl.Watch(Namespace, "graft.dev/v1alpha1", plural));
        }

        var jobs = cluster.Kubectl.Watch(Namespace, "batch/v1", "jobs");
        _watches.Add(jobs);
        await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
        AuditStart = cluster.Audit.Position;
        var applied = _watches[0].Elapsed;
        await FollowAsync();
        await cluster.Kubectl.WaitAsync(Namespace, "the quickstart's run has ended", () => Task.FromResult(HasEnded()));
        // The operator records the end a moment after the trainer's log has come to its own.
        _printed[Commands().Last()] = (await _reader!.RunAsync(Commands().Last())).Succeeded();

        Figures.Record(
            "apply to the run's Job, inspection of base and data included (s)", Since(applied, jobs.Seen.FirstOrDefault(IsTraining)));
        Figures.Record("apply to Running (s)", Since(
            applied, States.FirstOrDefault(state => state.Item.State("Running").StartsWith("True", StringComparison.Ordinal))));
        Figures.Record("apply to the end (s)", Since(applied, States[^1]));
        Figures.Record("the trainer's tokens a second", Finished["status"]!["figures"]?["tokensPerSecond"]?.GetValue<double>());
        Figures.Record("the trainer's peak memory (MiB)", Finished["status"]!["figures"]?["peakMemoryBytes"]?.GetValue<double>() / MiB);
        Figures.Record("the operator's memory afterwards (MiB)", await OperatorMemoryAsync());
    }

    /// <summary>Applies the quickstart's folder, as its user does.</summary>
    public Task<ShellResult> ApplyAsync()
    {
        return _reader!.RunAsync(Commands().First());
    }

    private async Task FollowAsync()
    {
        _reader = await ReaderShell.OpenAsync(cluster.ExecAsync, Namespace, hasBinOnPath: false);
        var exports = "";
        foreach (var command in Commands())
        {
            if (command.StartsWith("export ", StringComparison.Ordinal))
            {
                // Lasts as long as the reader's shell.
                exports += command + "\n";
            }
            else
            {
                _printed[command] = (await _reader.RunAsync(exports + command)).Succeeded();
            }
        }
    }

    private static IEnumerable<string> Commands()
    {
        return DocumentedCommands.Readme.SkipWhile(command => !command.StartsWith("kubectl apply", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _reader?.Dispose();
        foreach (var watch in _watches)
        {
            await watch.DisposeAsync();
        }
    }

    // As the kubelet measures it: the working set of the pod's cgroup.
    private async Task<double> OperatorMemoryAsync()
    {
        var summary = await cluster.Kubectl.RunAsync("get", "--raw", "/api/v1/nodes/node1/proxy/stats/summary");
        var pods = JsonNode.Parse(summary.Succeeded())!["pods"]!.AsArray();
        var pod = pods.Single(pod => pod!["podRef"]!["namespace"]!.GetValue<string>() == GraftCluster.SystemNamespace);
        return pod!["containers"]![0]!["memory"]!["workingSetBytes"]!.GetValue<double>() / MiB;
    }

    private bool HasEnded()
    {
        return States.Count > 0 && !Finished.State("Succeeded").StartsWith("Unknown", StringComparison.Ordinal)
            && Finished.State("Succeeded").Length > 0;
    }

    private static bool IsTraining(SeenState state)
    {
        return state.Item["metadata"]!["labels"]?["graft.dev/role"]?.GetValue<string>() == "train";
    }

    private static double? Since(TimeSpan start, SeenState? state)
    {
        return (state?.At - start)?.TotalSeconds;
    }
}
