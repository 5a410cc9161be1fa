using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>What docs/operations.md and docs/security.md have an administrator type, on the real cluster.</summary>
[Collection(ClusterCollection.Name)]
public sealed class OperationsTests
{
    private const string Authority = "graft-report-ca";
    private readonly GraftCluster _cluster;

    public OperationsTests(GraftCluster cluster)
    {
        cluster.Require();
        _cluster = cluster;
    }

    [Fact]
    public async Task Graft_is_removed_and_installed_again_and_gets_a_new_authority()
    {
        using var reader = await ReaderShell.OpenAsync(_cluster.ExecAsync, "default");
        try
        {
            (await reader.RunAsync(DocumentedCommands.Uninstall)).Succeeded();
            Assert.Null(await FindAsync("deployment", "graft"));
            Assert.Null(await FindAsync("secret", Authority));
            Assert.NotEmpty(await _cluster.Kubectl.ListAsync("default", "crd"));

            (await reader.RunAsync(DocumentedCommands.Install, more: DocumentedCommands.WithoutTls)).Succeeded();
            var before = await AuthorityAsync();
            Assert.NotEmpty(before);
            foreach (var command in DocumentedCommands.NewAuthority)
            {
                (await reader.RunAsync(command)).Succeeded();
            }

            await _cluster.Kubectl.WaitAsync(
                GraftCluster.SystemNamespace,
                "there is a new authority",
                async () => await AuthorityAsync() is { Length: > 0 } now && now != before);
            (await reader.RunAsync(DocumentedCommands.Uninstall)).Succeeded();
        }
        finally
        {
            // Where the test failed on its way, it may still be there.
            await reader.RunAsync(DocumentedCommands.Uninstall, more: " --ignore-not-found");
            await _cluster.InstallAsync();
        }
    }

    [Fact]
    public async Task Images_are_pushed_one_at_a_time_or_loaded_into_the_node()
    {
        using var reader = await ReaderShell.OpenAsync(
            (command, cancellationToken) => _cluster.ExecAsync(
                command with
                {
                    // The tests' node is not where containerd's usual one is.
                    Environment = new Dictionary<string, string>(command.Environment!) { ["CONTAINERD_ADDRESS"] = _cluster.Containerd },
                },
                cancellationToken),
            "default");
        foreach (var command in DocumentedCommands.Images)
        {
            Assert.NotEmpty((await reader.RunAsync(command)).Succeeded());
        }
    }

    [Fact]
    public void What_push_images_prints_is_how_README_installs()
    {
        var printed = _cluster.Pushed[_cluster.Pushed.IndexOf("helm install ", StringComparison.Ordinal)..];
        Assert.All(Settings(DocumentedCommands.FirstInstall), setting => Assert.Contains(setting, Settings(printed)));
        Assert.Contains(DocumentedCommands.WithoutTls.Trim(), printed, StringComparison.Ordinal);
    }

    /// <summary>What `--set` sets, without the registry's host.</summary>
    private static IEnumerable<string> Settings(string command)
    {
        return command.Split([' ', ',', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.Contains('=', StringComparison.Ordinal) && word.Contains('/', StringComparison.Ordinal))
            .Select(word => $"{word[..word.IndexOf('=', StringComparison.Ordinal)]}={word[word.IndexOf('/', StringComparison.Ordinal)..]}");
    }

    private Task<JsonNode?> FindAsync(string kind, string name)
    {
        return _cluster.Kubectl.FindAsync(GraftCluster.SystemNamespace, kind, name);
    }

    private Task<string> AuthorityAsync()
    {
        return _cluster.Kubectl.TextAsync(GraftCluster.SystemNamespace, "secret", Authority, "{.data}");
    }
}
