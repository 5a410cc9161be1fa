using Graft.Api.Tests.Documents;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>The commands that docs/operations.md gives to scripts that wait for a run.</summary>
[Collection(ClusterCollection.Name)]
public sealed class WaitingTests
{
    private readonly GraftCluster _cluster;

    public WaitingTests(GraftCluster cluster)
    {
        cluster.Require();
        _cluster = cluster;
    }

    [Fact]
    public async Task They_return_when_the_run_has_succeeded_and_say_so()
    {
        Assert.Equal(0, (await WaitAsync(await ApplyAsync("waiting", Quickstart.Short(steps: 2)))).ExitCode);
    }

    [Fact]
    public async Task They_return_when_the_run_has_failed_and_say_so()
    {
        var ns = await ApplyAsync("waiting", Quickstart.Short(steps: 100_000).Set("pod", "activeDeadlineSeconds", "5"));
        Assert.NotEqual(0, (await WaitAsync(ns)).ExitCode);
        var why = await RunAsync(ns, Commands()[2]);
        Assert.Contains("activeDeadlineSeconds", why.Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_return_when_the_run_cannot_be_carried_out_and_say_so()
    {
        var ns = await ApplyAsync("waiting", Quickstart.Short(steps: 1).Set("data", "packing", "true"));
        Assert.NotEqual(0, (await WaitAsync(ns)).ExitCode);
    }

    private static List<string> Commands()
    {
        var commands = Markdown.Blocks(Shell.Repository, "").SelectMany(block => block.Commands).ToList();
        return
        [
            .. commands.Where(command => command.StartsWith("kubectl wait atr/", StringComparison.Ordinal)),
            .. commands.Where(command => command.StartsWith("kubectl get atr/", StringComparison.Ordinal)),
        ];
    }

    private async Task<string> ApplyAsync(string prefix, Quickstart spec)
    {
        var ns = await _cluster.CreateNamespaceAsync(prefix);
        await _cluster.Kubectl.ApplyAsync(spec.ToString(), "--namespace", ns);
        return ns;
    }

    /// <summary>The first command, which must return well before its time is over; the result is the second one's.</summary>
    private async Task<ShellResult> WaitAsync(string ns)
    {
        var commands = Commands();
        (await RunAsync(ns, commands[0])).Succeeded();
        return await RunAsync(ns, commands[1]);
    }

    private Task<ShellResult> RunAsync(string ns, string command)
    {
        var words = command.Replace("'", "", StringComparison.Ordinal).Split(' ');
        return _cluster.Kubectl.RunAsync([.. words[1..], "--namespace", ns]);
    }
}
