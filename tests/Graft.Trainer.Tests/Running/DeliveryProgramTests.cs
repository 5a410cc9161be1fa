using System.Text.Json;
using Graft.Api.Planning;
using Graft.Trainer.Running;
using Graft.Trainer.Tests.Support;
using Xunit;

namespace Graft.Trainer.Tests.Running;

/// <summary>What a run's record still owes a server that does not answer.</summary>
public sealed class DeliveryProgramTests : IDisposable
{
    // The port of "discard", on which nothing listens.
    private const string Nowhere = "http://127.0.0.1:9";
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly TinyWorld _world = new();

    public void Dispose() => _world.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Message => Path.Combine(_world.Root, "message");

    [Fact]
    public async Task A_run_says_how_much_is_missing_and_the_delivery_why()
    {
        var plan = TinyPlan.For(_world, "out").With(TinyPlan.Training with { MaxSteps = 2 });
        var tracking = plan.Execution.Tracking with { Uri = Nowhere, PatienceSeconds = 0 };
        plan = plan with { Execution = plan.Execution with { Tracking = tracking } };

        var ended = await Runs.RunAsync(plan, Cancellation);

        Assert.True(ended.ExitCode == 0, ended.Log);
        Assert.True(Runs.Result(plan).Undelivered > 10);
        Assert.Contains(ended.Warnings, warning => warning.Contains("for another attempt", StringComparison.Ordinal));

        Assert.Equal(TrainerExitCodes.Unexpected, await DeliverAsync(plan.Execution.Tracking.SpoolDirectory));

        var result = Result();
        Assert.Equal("Failed", result.Outcome);
        Assert.Contains(Nowhere, result.Message, StringComparison.Ordinal);
        Assert.Contains("for another attempt", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_waits_there_is_nothing_to_do()
    {
        Assert.Equal(TrainerExitCodes.Succeeded, await DeliverAsync(Path.Combine(_world.Root, "not-there")));
        Assert.Equal(("Succeeded", "Nothing of the record waits."), (Result().Outcome, Result().Message));
    }

    private async Task<int> DeliverAsync(string spool)
    {
        using var log = new StringWriter();
        return await new DeliveryProgram(log, _ => null, TimeProvider.System).RunAsync(spool, Message, Patience, Cancellation);
    }

    private RunResult Result() => JsonSerializer.Deserialize<RunResult>(File.ReadAllText(Message), PlanJson.WireOptions)!;
}
