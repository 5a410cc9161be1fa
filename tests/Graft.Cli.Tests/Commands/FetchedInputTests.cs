using Graft.Artifacts;
using Graft.Artifacts.Registry;
using Graft.Artifacts.Tests;
using Xunit;

namespace Graft.Cli.Tests.Commands;

/// <summary>Inputs that the real program fetches from a real registry, and what somebody does to them afterwards.</summary>
public sealed class FetchedInputTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private RegistryServer _registry = null!;
    private RequestGate _gate = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Inputs => Path.Combine(_folder.Path, "graft-out", "inputs");

    /// <summary>How often the data set's or the model's layer has been asked for: the only blobs that are fetched.</summary>
    private int Fetched => _gate.Requests.Count(
        request => request is { Method: "GET" } && request.Path.Contains("/blobs/", StringComparison.Ordinal));

    public async ValueTask InitializeAsync()
    {
        _registry = await RegistryServer.StartAsync();
        _gate = new RequestGate(_registry.Port);
    }

    public async ValueTask DisposeAsync()
    {
        _gate.Dispose();
        await _registry.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fetched_input_that_somebody_edits_is_fetched_again(bool isPinned)
    {
        var spec = await PublishAsync(isPinned);
        var first = await PlanAsync(spec);
        // What a digest names is kept; a tag may have moved and is asked for.
        var again = isPinned ? 0 : 1;
        Assert.Equal(1, Fetched);
        var records = Assert.Single(Directory.EnumerateFiles(Inputs, "train.jsonl", SearchOption.AllDirectories));
        var whole = await File.ReadAllTextAsync(records, Cancellation);
        Assert.Equal(first, await PlanAsync(spec));
        Assert.Equal(1 + again, Fetched);

        // As long as before, at a time that is as before.
        var time = File.GetLastWriteTimeUtc(records);
        await File.WriteAllTextAsync(records, whole.Replace("yes", "nay", StringComparison.Ordinal), Cancellation);
        File.SetLastWriteTimeUtc(records, time);
        Assert.Equal(first, await PlanAsync(spec));
        Assert.Equal(2 + again, Fetched);
        Assert.Equal(whole, await File.ReadAllTextAsync(records, Cancellation));

        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(records)!, "more.jsonl"), whole, Cancellation);
        Assert.Equal(first, await PlanAsync(spec));
        Assert.Equal(3 + again, Fetched);
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(records)!, "more.jsonl")));
        // Nothing that was on its way is left, neither as files nor as a remembered digest.
        Assert.Empty(Directory.EnumerateFileSystemEntries(Inputs, ".arriving*"));
        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(_folder.Path, ".cache", "graft", "digests")).Count());
    }

    private async Task<string> PublishAsync(bool isPinned)
    {
        var spec = Specs.WriteWithInputs(_folder);
        var options = new RegistryOptions { PlainHttp = true, SettleTime = TimeSpan.FromMilliseconds(300) };
        var published = await ArtifactStore.InRegistry($"{_registry.Host}/data", options).PublishAsync(
            Path.Combine(_folder.Path, "data"), new PublishRequest { Name = "kinds", RunUid = "run", PlanHash = "plan" }, Cancellation);
        var reference = $"{_gate.Host}/data/kinds{(isPinned ? $"@{published.Digest}" : ":v1")}";
        await File.WriteAllTextAsync(
            spec,
            Specs.Run.Replace("path: data", $"oci: {{reference: '{reference}', plainHttp: true}}", StringComparison.Ordinal),
            Cancellation);
        return spec;
    }

    private async Task<string> PlanAsync(string spec)
    {
        var plan = await GraftProgram.RunAsync(_folder.Path, "plan", spec);
        Assert.True(plan.ExitCode == 0, plan.Errors);
        return plan.Output;
    }
}
