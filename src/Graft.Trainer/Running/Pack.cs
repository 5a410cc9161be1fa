using System.Globalization;
using Graft.Api.Planning;
using Graft.Trainer.Reporting;

namespace Graft.Trainer.Running;

/// <summary>
/// Several runs in one process: frozen models that they share are in memory once, and they step in turn. Each ends by itself; what one of
/// them computes does not depend on the others.
/// </summary>
public static class Pack
{
    /// <summary>Carries plans out.</summary>
    /// <param name="plans">The plans; each has folders of its own.</param>
    /// <param name="output">Events as lines of JSON, with the run's name where there are several.</param>
    /// <param name="log">Words for people.</param>
    /// <param name="time">Measures time.</param>
    /// <param name="stop">Asks all to stop after a checkpoint.</param>
    /// <returns>The exit code: of those that did not end well the first one's.</returns>
    /// <exception cref="PlanFormatException">Two plans would use one folder, file or port, or ask for different numbers of
    /// threads.</exception>
    public static async Task<int> RunAsync(
        IReadOnlyList<RunPlan> plans, TextWriter output, TextWriter log, TimeProvider time, CancellationToken stop)
    {
        Check(plans);
        using var host = new RunHost();
        if (plans is [var only])
        {
            await using var kept = new RunLog(log);
            return await new RunProgram(only, host, output, kept, time).RunAsync(stop).ConfigureAwait(false);
        }

        var lines = TextWriter.Synchronized(output);
        var words = TextWriter.Synchronized(log);
        var ends = await Task.WhenAll(plans.Select(plan => RunAsync(plan, host, lines, words, time, stop))).ConfigureAwait(false);
        return ends.FirstOrDefault(code => code != TrainerExitCodes.Succeeded);
    }

    private static async Task<int> RunAsync(
        RunPlan plan, RunHost host, TextWriter lines, TextWriter log, TimeProvider time, CancellationToken stop)
    {
        try
        {
            await using var kept = new RunLog(log);
            return await new RunProgram(plan, host, new NamedLines(lines, plan.Execution.Run.Name), kept, time).RunAsync(stop)
                .ConfigureAwait(false);
        }
#pragma warning disable CA1031 // What one run has not foreseen does not end the others.
        catch (Exception error)
#pragma warning restore CA1031
        {
            await log.WriteLineAsync($"{plan.Execution.Run.Name}: {error}").ConfigureAwait(false);
            return TrainerExitCodes.Unexpected;
        }
    }

    private static void Check(IReadOnlyList<RunPlan> plans)
    {
        Distinct("execution.outputDirectory", plan => Path.GetFullPath(plan.Execution.OutputDirectory));
        Distinct("execution.checkpointDirectory", plan => Path.GetFullPath(plan.Execution.CheckpointDirectory));
        Distinct("execution.terminationMessagePath", plan => plan.Execution.TerminationMessagePath);
        Distinct("execution.metricsPort", plan => plan.Execution.MetricsPort?.ToString(CultureInfo.InvariantCulture));
        if (plans.Select(plan => plan.Execution.Threads).Distinct().Count() > 1)
        {
            throw new PlanFormatException("execution.threads: runs in one process have one number of threads.");
        }

        void Distinct(string field, Func<RunPlan, string?> of)
        {
            if (plans.GroupBy(of).FirstOrDefault(same => same.Key is not null && same.Count() > 1) is { } twice)
            {
                throw new PlanFormatException($"{field}: two runs would use {twice.Key}; give each its own.");
            }
        }
    }

    /// <summary>Lines of JSON with the name of the run that they are of.</summary>
    private sealed class NamedLines(TextWriter lines, string run) : StringWriter
    {
        private readonly string _field = $"{{\"run\":{System.Text.Json.JsonSerializer.Serialize(run)},";

        public override void WriteLine(string? value)
        {
            lines.WriteLine(_field + value![1..]);
            lines.Flush();
        }
    }
}
