using System.Text;
using Graft.Artifacts;
using Graft.Artifacts.Registry;
using Graft.Artifacts.Tests;
using Xunit;

namespace Graft.Cli.Tests.Commands;

/// <summary>What <c>graft push</c> and <c>graft pull</c> say while bytes go over a line that stands still for a while.</summary>
public sealed class TransferTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private RegistryServer _registry = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = await RegistryServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_transfer_that_stands_still_says_how_much_is_through_and_what_it_waits_for()
    {
        // At once, because each of them takes the seconds after which something is said.
        await Task.WhenAll(PullAsync(), PushAsync());
    }

    private async Task PullAsync()
    {
        var options = new RegistryOptions { PlainHttp = true, SettleTime = TimeSpan.FromMilliseconds(300) };
        var published = await ArtifactStore.InRegistry($"{_registry.Host}/adapters", options).PublishAsync(
            Weights("adapter", 4_000_000), new PublishRequest { Name = "demo", RunUid = "run", PlanHash = "plan" }, Cancellation);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var line = new CuttingProxy(_registry.Port, cuts: 1, downstreamBytes: 2_500_000, release: release);

        var result = await RunAsync("Pulling demo, ", release, "pull", $"{line.Host}/adapters/demo:v1", "-d", "pulled");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal($"pulled  {published.Digest}\n", result.Output);
        Assert.Matches(
            @"(^|\n)graft: Waiting for registry 127\.0\.0\.1:\d+ to go on: 2\d{6} of 4\d{6} bytes of blob sha256:", result.Errors);
        Assert.Matches(@"(^|\n)Pulling demo, 2\.\d MiB of [34]\.\d MiB, \d+s left \(\d+s\)\n", result.Errors);
    }

    private async Task PushAsync()
    {
        var plan = await GraftProgram.RunAsync(_folder.Path, "plan", Specs.WriteWithInputs(_folder));
        Assert.True(plan.ExitCode == 0, plan.Errors);
        _folder.Write("run/plan.json", plan.Output);
        // More than the buffers between the program and a line that stands still can hold.
        Weights("run/adapter", 30_000_000);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var line = new CuttingProxy(_registry.Port, cuts: 1, upstreamBytes: 1_000_000, release: release);

        var result = await RunAsync("Pushing to ", release, "push", "run", $"{line.Host}/adapters");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Matches(@"^127\.0\.0\.1:\d+/adapters/try:v1  sha256:[0-9a-f]{64}\n$", result.Output);
        Assert.Matches(@"(^|\n)graft: Waiting for registry 127\.0\.0\.1:\d+ to answer \(attempt 1\)", result.Errors);
        Assert.Matches(@"(^|\n)Pushing to [^ ]+/adapters/try, 1?\d\.\d MiB of (29|30)\.\d MiB, \d+s left \(\d+s\)\n", result.Errors);
    }

    /// <summary>Runs the program, and lets the line go on once it has said how far it is and what it waits for.</summary>
    private async Task<ProgramResult> RunAsync(string activity, TaskCompletionSource release, params string[] arguments)
    {
        using var process = GraftProgram.Start(_folder.Path, null, arguments);
        process.StandardInput.Close();
        List<string> awaited = [activity, "graft: Waiting "];
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = new StringBuilder();
        while (await process.StandardError.ReadLineAsync(Cancellation) is { } said)
        {
            errors.Append(said).Append('\n');
            awaited.RemoveAll(start => said.StartsWith(start, StringComparison.Ordinal));
            if (awaited.Count == 0)
            {
                release.TrySetResult();
            }
        }

        await process.WaitForExitAsync(Cancellation);
        return new ProgramResult(process.ExitCode, await output, errors.ToString());
    }

    private string Weights(string name, int size)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        var weights = new byte[size];
        new Random(1).NextBytes(weights);
        File.WriteAllBytes(Path.Combine(folder, "weights.bin"), weights);
        return folder;
    }
}
