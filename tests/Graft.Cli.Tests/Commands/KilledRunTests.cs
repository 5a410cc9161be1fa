using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Graft.Cli.Tests.Commands;

/// <summary>
/// The real programs, killed with SIGKILL again and again: whatever is killed and when, repeating the command ends with the bytes of a run
/// that nobody disturbed, and never do two trainers run. <c>GRAFT_SOAK_KILLS</c> says how often (`make soak-local`).
/// </summary>
public sealed class KilledRunTests : IDisposable
{
    private const int Seed = 20;
    private const int FewKills = 5;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    private readonly TemporaryFolder _folder = new();

    public KilledRunTests()
    {
        Specs.WriteBuiltin(_folder, "everySteps: 4", "everySteps: 2");
    }

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public async Task After_any_number_of_kills_a_repeated_command_ends_with_the_bytes_of_a_straight_run()
    {
        Assert.SkipWhen(GraftProgram.Trainer is null, "graft-trainer is not built; `make build` builds it.");
        Assert.SkipUnless(Directory.Exists("/proc/self"), "Processes are counted in /proc.");
        var kills = int.TryParse(Environment.GetEnvironmentVariable("GRAFT_SOAK_KILLS"), CultureInfo.InvariantCulture, out var asked)
            ? asked
            : FewKills;
        // Points in time as shares of what an undisturbed run takes here, so that they fall into all of it on any machine.
        var start = Stopwatch.GetTimestamp();
        using (var straight = Start("straight"))
        {
            var ended = await GraftProgram.FinishAsync(straight);
            Assert.True(ended.ExitCode == 0, ended.Output + ended.Errors);
        }

        var whole = Stopwatch.GetElapsedTime(start);
        var random = new Random(Seed);
        for (var kill = 0; kill < kills; kill++)
        {
            using var graft = Start("killed");
            var isEarly = await WatchAsync(graft, whole * (random.NextDouble() * 1.1));
            var target = random.Next(2) == 0 ? graft.Id : Trainers().FirstOrDefault(graft.Id);
            if (isEarly)
            {
                Kill(target);
            }

            await GraftProgram.FinishAsync(graft);
            if (Path.Exists(Adapter("killed")) && graft.ExitCode == 0)
            {
                AssertSame();
                Directory.Delete(Path.Combine(_folder.Path, "killed"), recursive: true);
            }
        }

        using var last = Start("killed");
        await WatchAsync(last, TimeSpan.MaxValue);
        var end = await GraftProgram.FinishAsync(last);
        Assert.True(end.ExitCode == 0, end.Output + end.Errors);
        AssertSame();
    }

    [Fact]
    public async Task A_trainer_ends_with_the_command_that_started_it_and_the_next_command_says_that_it_waits()
    {
        Assert.SkipWhen(GraftProgram.Trainer is null, "graft-trainer is not built; `make build` builds it.");
        Assert.SkipUnless(Directory.Exists("/proc/self"), "Processes are counted in /proc.");
        using var graft = Start("killed");
        int trainer;
        while ((trainer = Trainers().FirstOrDefault()) == 0 || !Directory.Exists(Path.Combine(_folder.Path, "killed", "mlruns")))
        {
            Assert.False(graft.HasExited, "the run ended before it was killed");
            await Task.Delay(BetweenLooks, TestContext.Current.CancellationToken);
        }

        using (var other = Start("killed"))
        {
            var refused = await GraftProgram.FinishAsync(other);
            Assert.Equal(ExitCodes.Failed, refused.ExitCode);
            Assert.Contains($"Another graft is at this run. The folder", refused.Errors, StringComparison.Ordinal);
            Assert.Contains($"process {graft.Id} on", refused.Errors, StringComparison.Ordinal);
        }

        // Held where it is, it writes its folder for as long as the test wants.
        await SignalAsync("STOP", trainer);
        Kill(graft.Id);
        using var next = Start("killed");
        var waiting = await next.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        await SignalAsync("CONT", trainer);
        var end = await GraftProgram.FinishAsync(next);

        Assert.Contains($"process {trainer} on", waiting!, StringComparison.Ordinal);
        Assert.Contains("Waiting", waiting!, StringComparison.Ordinal);
        Assert.True(end.ExitCode == 0, end.Output + end.Errors);
        Assert.DoesNotContain(trainer, Trainers());
    }

    /// <summary>Waits so long, or to the command's end; whether it goes on. There is at most one trainer all the time.</summary>
    private async Task<bool> WatchAsync(Process graft, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        while (!graft.HasExited && Stopwatch.GetElapsedTime(start) < time)
        {
            var trainers = Trainers();
            Assert.True(trainers.Count <= 1, $"trainers at once: {string.Join(", ", trainers)}");
            await Task.Delay(BetweenLooks, TestContext.Current.CancellationToken);
        }

        return !graft.HasExited;
    }

    /// <summary>The trainers of this test's run that are alive.</summary>
    private List<int> Trainers()
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)
                    && File.ReadAllText(Path.Combine(folder, "cmdline")) is var line
                    && line.StartsWith(GraftProgram.Trainer!, StringComparison.Ordinal)
                    && line.Contains(Path.Combine(_folder.Path, "killed"), StringComparison.Ordinal))
                {
                    found.Add(id);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It has just ended.
            }
        }

        return found;
    }

    private void AssertSame()
    {
        string[] files = [.. Directory.EnumerateFiles(Adapter("straight")).Select(file => Path.GetFileName(file)).Order()];
        Assert.Equal(files, Directory.EnumerateFiles(Adapter("killed")).Select(file => Path.GetFileName(file)).Order());
        Assert.All(files, file => Assert.Equal(
            File.ReadAllBytes(Path.Combine(Adapter("straight"), file)), File.ReadAllBytes(Path.Combine(Adapter("killed"), file))));
        var index = File.ReadAllText(Path.Combine(_folder.Path, "killed", "oci", "try", "index.json"));
        Assert.Contains("\"v1\"", index, StringComparison.Ordinal);
        Assert.DoesNotContain("\"v2\"", index, StringComparison.Ordinal);
        var curve = Directory.EnumerateFiles(Path.Combine(_folder.Path, "killed", "mlruns"), "loss", SearchOption.AllDirectories).First();
        string[] steps = [.. File.ReadLines(curve).Select(line => line.Split(' ')[2])];
        Assert.Equal(steps.Distinct(), steps);
    }

    private string Adapter(string output) => Path.Combine(_folder.Path, output, "try", "adapter");

    private Process Start(string output) => GraftProgram.Start(
        _folder.Path,
        new Dictionary<string, string> { ["GRAFT_TRAINER"] = GraftProgram.Trainer! },
        "run", "run.yaml", "--threads", "1", "--output-dir", output);

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended by itself at this moment.
        }
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
