using Graft.Api.Tests.Documents;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>The chart on a real API server without a node; the operators run as processes, with the rights of their accounts.</summary>
public sealed class ChartInstallTests(ControlPlane server) : IClassFixture<ControlPlane>, IAsyncLifetime
{
    private readonly List<(string Release, string Namespace)> _installed = [];

    public ValueTask InitializeAsync()
    {
        server.Require();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (release, ns) in _installed)
        {
            await server.HelmAsync("uninstall", release, "--namespace", ns, "--ignore-not-found");
        }

        // Kept by the chart, and of the whole cluster. A definition that is deleted before it is served is long in going.
        await server.Kubectl.RunAsync("wait", "crd", "--all", "--for=condition=Established", "--timeout=300s");
        const string ClusterWide = "validatingadmissionpolicybinding,validatingadmissionpolicy,crd";
        (await server.Kubectl.RunAsync("delete", ClusterWide, "--all", "--timeout=300s")).Succeeded();
    }

    [Fact]
    public async Task An_upgrade_leaves_the_Lease_and_the_certificate_authority_as_the_operator_wrote_them()
    {
        var ns = await server.CreateNamespaceAsync("ops");
        (await InstallAsync("graft", ns)).Succeeded();
        await using (var @operator = await ChartedOperator.StartAsync(server, "graft", ns))
        {
            await @operator.LeadsAsync();
        }

        var (authority, lease) = (await AuthorityAsync(ns, "graft"), await LeaseAsync(ns, "graft"));
        Assert.NotEmpty(authority);
        (await server.HelmAsync("upgrade", "graft", Helm.Chart, "--namespace", ns, "--set", "replicaCount=2")).Succeeded();
        Assert.Equal(authority, await AuthorityAsync(ns, "graft"));
        Assert.Equal(lease, await LeaseAsync(ns, "graft"));
    }

    [Fact]
    public async Task Two_releases_in_one_namespace_both_work_each_for_its_team()
    {
        var ns = await server.CreateNamespaceAsync("ops");
        var (first, second) = (await server.CreateNamespaceAsync("team"), await server.CreateNamespaceAsync("team"));
        (await InstallAsync("a", ns, $"watchNamespace={first}")).Succeeded();
        (await InstallAsync("b", ns, $"watchNamespace={second}")).Succeeded();
        await using var a = await ChartedOperator.StartAsync(server, "a-graft", ns, first);
        await using var b = await ChartedOperator.StartAsync(server, "b-graft", ns, second);
        await a.LeadsAsync();
        await b.LeadsAsync();
        foreach (var team in new[] { first, second })
        {
            await server.Kubectl.ApplyAsync(Model(team));
            await server.Kubectl.WaitAsync(
                team,
                "the model is being inspected",
                async () => (await server.Kubectl.ListAsync(team, "jobs")).Count == 1);
        }

        Assert.NotEqual(await AuthorityAsync(ns, "a-graft"), await AuthorityAsync(ns, "b-graft"));
    }

    [Fact]
    public async Task The_same_release_name_in_two_namespaces_works_in_both()
    {
        var (one, two) = (await server.CreateNamespaceAsync("ops"), await server.CreateNamespaceAsync("ops"));
        var (first, second) = (await server.CreateNamespaceAsync("team"), await server.CreateNamespaceAsync("team"));
        (await InstallAsync("graft", one, $"watchNamespace={first}")).Succeeded();
        (await InstallAsync("graft", two, $"watchNamespace={second}")).Succeeded();
        (await server.HelmAsync("uninstall", "graft", "--namespace", one)).Succeeded();
        await using var left = await ChartedOperator.StartAsync(server, "graft", two, second);
        await left.LeadsAsync();
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("", "team")]
    [InlineData("team", "")]
    [InlineData("team", "team")]
    public async Task Two_releases_that_serve_the_same_namespace_are_refused(string servedBefore, string served)
    {
        var (one, two) = (await server.CreateNamespaceAsync("ops"), await server.CreateNamespaceAsync("ops"));
        await server.Kubectl.RunAsync("create", "namespace", "team");
        (await InstallAsync("graft", one, $"watchNamespace={servedBefore}")).Succeeded();
        var refused = await InstallAsync("graft", two, $"watchNamespace={served}");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"Release \"graft\" in namespace \"{one}\" serves", refused.Error, StringComparison.Ordinal);
        Assert.Contains("watchNamespace", refused.Error, StringComparison.Ordinal);
        // The release itself is no other release.
        (await server.HelmAsync("upgrade", "graft", Helm.Chart, "--namespace", one, "--set", $"watchNamespace={servedBefore}")).Succeeded();
    }

    [Fact]
    public async Task What_is_removed_as_documented_keeps_the_definitions_until_they_are_deleted_as_documented()
    {
        using var reader = await ReaderShell.OpenAsync(server.ExecAsync, "default");
        (await reader.RunAsync(DocumentedCommands.FirstInstall)).Succeeded();
        await RunAsync("kubectl wait crd --all --for=condition=Established --timeout=300s");
        (await reader.RunAsync(DocumentedCommands.Uninstall)).Succeeded();
        Assert.NotEmpty(await server.Kubectl.ListAsync("default", "crd"));
        (await reader.RunAsync(DocumentedCommands.DeleteDefinitions)).Succeeded();
        Assert.Empty(await server.Kubectl.ListAsync("default", "crd"));
    }

    [Fact]
    public async Task Definitions_that_kubectl_brought_are_left_alone_where_they_are_the_chart_s()
    {
        var ns = await server.CreateNamespaceAsync("ops");
        await RunAsync("kubectl apply -f crds/");
        (await InstallAsync("graft", ns)).Succeeded();
        Assert.Equal("", await OwnerAsync());
        (await server.HelmAsync("uninstall", "graft", "--namespace", ns)).Succeeded();
        Assert.NotEmpty(await server.Kubectl.ListAsync("default", "crd"));
    }

    [Fact]
    public async Task Definitions_that_an_uninstalled_release_kept_serve_one_in_another_namespace()
    {
        var (one, two) = (await server.CreateNamespaceAsync("ops"), await server.CreateNamespaceAsync("ops"));
        (await InstallAsync("graft", one)).Succeeded();
        (await server.HelmAsync("uninstall", "graft", "--namespace", one)).Succeeded();
        (await InstallAsync("graft", two)).Succeeded();
        (await server.HelmAsync("uninstall", "graft", "--namespace", two)).Succeeded();
        (await InstallAsync("graft", one)).Succeeded();
        Assert.Equal(one, await OwnerAsync());
    }

    [Fact]
    public async Task Other_definitions_are_refused_in_words_whose_first_command_helps()
    {
        var ns = await server.CreateNamespaceAsync("ops");
        var refused = await InstallBesideOtherDefinitionsAsync(ns);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("The definitions basemodels.graft.dev are on the cluster already", refused.Error, StringComparison.Ordinal);
        Assert.Contains("belong to no release", refused.Error, StringComparison.Ordinal);
        await RunAsync(Commands(refused).First());
        (await InstallAsync("graft", ns)).Succeeded();
        Assert.Equal("", await OwnerAsync());
    }

    [Fact]
    public async Task Other_definitions_may_be_left_alone_or_taken_over()
    {
        var ns = await server.CreateNamespaceAsync("ops");
        var refused = await InstallBesideOtherDefinitionsAsync(ns);
        Assert.Contains("--set crds.enabled=false", refused.Error, StringComparison.Ordinal);
        (await InstallAsync("graft", ns, "crds.enabled=false")).Succeeded();
        (await server.HelmAsync("uninstall", "graft", "--namespace", ns)).Succeeded();

        foreach (var command in Commands(refused).Skip(1))
        {
            await RunAsync(command);
        }

        // Helm 3 knows no such conflicts, and no such option.
        var help = (await server.HelmAsync("install", "--help")).Succeeded();
        string[] force = help.Contains("--force-conflicts", StringComparison.Ordinal) ? ["--force-conflicts"] : [];
        (await server.HelmAsync(["install", "graft", Helm.Chart, "--namespace", ns, .. force])).Succeeded();
        Assert.Equal(ns, await OwnerAsync());
        Assert.NotEqual("another", await AnnotationAsync("graft\\.dev/definition"));
    }

    [Fact]
    public async Task Definitions_of_others_are_not_taken_into_a_release_that_would_remove_them()
    {
        var ns = await server.CreateNamespaceAsync("ops");
        await RunAsync("kubectl apply -f crds/");
        var refused = await InstallAsync("graft", ns, "crds.keep=false");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("crds.keep is false", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_documented_policy_refuses_what_it_says()
    {
        var policy = Markdown.Blocks(Shell.Repository, "yaml")
            .Single(block => block.Text.Contains("ValidatingAdmissionPolicy", StringComparison.Ordinal));
        var ns = await server.CreateNamespaceAsync("team");
        await RunAsync("kubectl apply -f crds/");
        await RunAsync("kubectl wait --for=condition=Established crd/basemodels.graft.dev --timeout=60s");
        await server.Kubectl.ApplyAsync(policy.Text);
        var image = "";
        // The API server takes a new policy up in its own time.
        await server.Kubectl.WaitAsync(ns, "the policy holds", async () =>
        {
            image = (await TryAsync(Quickstart.Short(steps: 1).Set("pod", "image", "docker.io/anybody/anything"))).Error;
            return image.Contains("ValidatingAdmissionPolicy", StringComparison.Ordinal);
        });
        Assert.Contains("spec.pod.image must be one of registry.example/graft", image, StringComparison.Ordinal);
        Assert.Equal(0, (await TryAsync(Quickstart.Short(steps: 1).Set("pod", "image", "registry.example/graft/trainer:2"))).ExitCode);
        var priority = await TryAsync(Quickstart.Short(steps: 1).Set("pod", "priorityClassName", "system-node-critical"));
        Assert.Contains("spec.pod.priorityClassName must be", priority.Error, StringComparison.Ordinal);
        var tolerations = await server.Kubectl.TryApplyAsync(Model(ns, "tolerations: [{operator: Exists}]"), "--dry-run=server");
        Assert.Contains("spec.pod.tolerations may only", tolerations.Error, StringComparison.Ordinal);
        await server.Kubectl.ApplyAsync(Model(ns, "tolerations: [{key: nvidia.com/gpu, operator: Exists}]"), "--dry-run=server");
        await server.Kubectl.ApplyAsync(Model(ns));

        Task<ShellResult> TryAsync(Quickstart spec)
        {
            return server.Kubectl.TryApplyAsync(spec.Only("AdapterTrainingRun"), "--dry-run=server", "--namespace", ns);
        }
    }

    private async Task<ShellResult> InstallBesideOtherDefinitionsAsync(string ns)
    {
        await RunAsync("kubectl apply -f crds/");
        await RunAsync("kubectl annotate --overwrite crd basemodels.graft.dev graft.dev/definition=another");
        return await InstallAsync("graft", ns);
    }

    private static IEnumerable<string> Commands(ShellResult refused)
    {
        return refused.Error.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("kubectl ", StringComparison.Ordinal));
    }

    private async Task RunAsync(string command)
    {
        var words = command.Split(' ');
        (await server.ExecAsync(new ShellCommand(words[0], words[1..]))).Succeeded();
    }

    private async Task<ShellResult> InstallAsync(string release, string ns, params string[] values)
    {
        _installed.Add((release, ns));
        return await server.HelmAsync(
            ["install", release, Helm.Chart, "--namespace", ns, .. values.SelectMany(value => new[] { "--set", value })]);
    }

    private Task<string> AuthorityAsync(string ns, string instance)
    {
        return server.Kubectl.TextAsync(ns, "secret", $"{instance}-report-ca", "{.data}");
    }

    private Task<string> LeaseAsync(string ns, string instance)
    {
        return server.Kubectl.TextAsync(ns, "lease", $"{instance}-operator", "{.spec}");
    }

    private Task<string> OwnerAsync()
    {
        return AnnotationAsync("meta\\.helm\\.sh/release-namespace");
    }

    private Task<string> AnnotationAsync(string escapedName)
    {
        return server.Kubectl.TextAsync("default", "crd", "basemodels.graft.dev", $"{{.metadata.annotations.{escapedName}}}");
    }

    private static string Model(string ns, string pod = "")
    {
        return
            $$"""
            apiVersion: graft.dev/v1alpha1
            kind: BaseModel
            metadata: {name: tiny, namespace: {{ns}} }
            spec:
              source:
                builtin: {name: tiny-wordnet}
              pod:
                memory: 1Gi
                {{pod}}
            """;
    }
}
