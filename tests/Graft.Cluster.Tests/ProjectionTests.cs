using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>Another kind of run in real pods: the example as it is, from its files to a projector that is pulled back.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ProjectionTests
{
    private const string Kind = "projectionpretrain";
    private const string Name = "colors";

    private static readonly string Example = Path.Combine(Shell.Repository, "examples", "kinds", "projectionPretrain");
    private readonly GraftCluster _cluster;

    public ProjectionTests(GraftCluster cluster)
    {
        cluster.Require();
        _cluster = cluster;
    }

    [Fact]
    public async Task The_example_trains_a_projector_which_is_published_and_pulled_by_the_run_s_name()
    {
        var ns = await _cluster.CreateNamespaceAsync("projection");
        (await _cluster.Kubectl.RunAsync("--namespace", ns, "apply", "-f", Example)).Succeeded();

        await _cluster.Kubectl.WaitAsync(ns, "the projector is published", async () =>
            (await _cluster.Kubectl.FindAsync(ns, Kind, Name))?.State("Succeeded") == "True/Completed");

        await Verdict.AgreesAsync((await _cluster.Kubectl.FindAsync(ns, Kind, Name))!, "Succeeded", "bounded-work.lua");
        var (baseLoss, adaptedLoss) = (await FigureAsync(ns, "baseLoss"), await FigureAsync(ns, "adaptedLoss"));
        Assert.True(adaptedLoss < baseLoss - 1, $"{baseLoss} {adaptedLoss}");
        Assert.NotEmpty(await _cluster.Kubectl.TextAsync(ns, Kind, Name, "{.status.progress.summary}"));
        using var folder = new TemporaryFolder();
        var graft = Programs.Built("Graft.Cli", "graft");
        (await _cluster.ExecAsync(
            graft, "pull", $"ppt/{Name}", "--namespace", ns, "--plain-http", "--output-dir", folder.Path)).Succeeded();
        Assert.True(File.Exists(Path.Combine(folder.Path, "mm_projector.safetensors")));
    }

    private async Task<double> FigureAsync(string ns, string figure)
    {
        var text = await _cluster.Kubectl.TextAsync(ns, Kind, Name, $"{{.status.figures.{figure}}}");
        return double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }
}
