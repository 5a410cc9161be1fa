using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>A run that is deleted while it trains.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DeletionTests
{
    private readonly GraftCluster _cluster;

    public DeletionTests(GraftCluster cluster)
    {
        cluster.Require();
        _cluster = cluster;
    }

    [Fact]
    public async Task Deleting_a_running_run_leaves_nothing_behind()
    {
        var kubectl = _cluster.Kubectl;
        var ns = await _cluster.CreateNamespaceAsync("deletion");
        await kubectl.ApplyAsync(Quickstart.Short(steps: 100_000).ToString(), "--namespace", ns);
        await kubectl.WaitAsync(ns, "the run trains", async () =>
            (await kubectl.FindAsync(ns, "adaptertrainingrun", Quickstart.RunName))?["status"]?["progress"]?["step"] is not null);

        (await kubectl.RunAsync(
            "--namespace", ns, "delete", "adaptertrainingrun,basemodel,trainingdataset", "--all", "--timeout=300s")).Succeeded();
        await kubectl.WaitAsync(ns, "jobs, pods and run plans are gone", async () =>
            (await kubectl.ListAsync(ns, "jobs,pods,configmaps,secrets")).All(item => item.Name() == "kube-root-ca.crt"));
    }
}
