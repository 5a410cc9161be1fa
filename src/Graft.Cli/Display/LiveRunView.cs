using System.Globalization;
using Graft.Api.Reporting;
using Graft.Programs.Charts;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Graft.Cli.Display;

/// <summary>A display that stays in place on a terminal: a bar, the figures, and the loss so far as a small curve.</summary>
public sealed class LiveRunView : IRunView
{
    private const int BarWidth = 32;
    private const int CurveWidth = 48;
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(150);

    private readonly IAnsiConsole _console;
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _display;
    private readonly Lock _lock = new();
    private Snapshot? _shown;
    private string[] _warnings = [];
    private string? _told;

    public LiveRunView(IAnsiConsole console, string name, TimeProvider time)
    {
        _console = console;
        _name = name;
        _time = time;
        _started = time.GetTimestamp();
        _display = console.Live(new Text("")).AutoClear(false).StartAsync(RefreshAsync);
    }

    public void Update(RunProgressState state)
    {
        lock (_lock)
        {
            var curve = TextChart.Sparkline(LossHistory.Smooth(state.Training.Points), CurveWidth);
            _shown = new Snapshot(state.Report, state.Start, state.CheckpointStep, curve);
            _warnings = [.. state.Warnings];
        }
    }

    public void Tell(string sentence)
    {
        lock (_lock)
        {
            _told = sentence;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _display.ConfigureAwait(false);
        _end.Dispose();
        foreach (var warning in _warnings)
        {
            // Not broken over lines: it may hold a command or a path.
            _console.Markup("[yellow]warning:[/] ");
            _console.WriteWholeLine(warning);
        }
    }

    private async Task RefreshAsync(LiveDisplayContext context)
    {
        using var timer = new PeriodicTimer(RefreshInterval, _time);
        try
        {
            while (true)
            {
                context.UpdateTarget(Render());
                await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            context.UpdateTarget(Render());
        }
    }

    private IRenderable Render()
    {
        lock (_lock)
        {
            return _told is null ? RenderRun() : new Rows(RenderRun(), Markup.FromInterpolated($"[yellow]{_told}[/]"));
        }
    }

    private IRenderable RenderRun()
    {
        var elapsed = NumberText.Duration(_time.GetElapsedTime(_started).TotalSeconds);
        if (_shown is not { Report: { TotalSteps: > 0 } report } shown)
        {
            var activity = _shown is { } early ? EventText.Activity(early.Report) : "Starting";
            return Markup.FromInterpolated($"[bold]{_name}[/]  {activity}  [grey]{elapsed}[/]");
        }

        var (sofar, all) = report.Part is { Total: { } total } part ? (part.Done, total) : (report.Step, report.TotalSteps);
        var done = all > 0 ? Math.Clamp((double)sofar / all, 0, 1) : 1;
        var filled = (int)Math.Round(done * BarWidth);
        var share = (done * 100).ToString("0", CultureInfo.InvariantCulture);
        var checkpoint = shown.CheckpointStep is { } step ? string.Create(CultureInfo.InvariantCulture, $"step {step}") : "none yet";
        var steps = report.Part is { IsBytes: true, Total: not null }
            ? $"{NumberText.Bytes(sofar)}/{NumberText.Bytes(all)}"
            : string.Create(CultureInfo.InvariantCulture, $"{sofar}/{all}");
        var figures = report.Activity == Activities.Training ? EventText.Speed(report)
            : string.Join(": ", new[] { report.Part is { } now ? EventText.Part(now) : null, report.Message }.OfType<string>());
        var (before, after) = (new string('━', filled), new string('━', BarWidth - filled));
        return new Rows(
            Markup.FromInterpolated($"[grey]{shown.Start}[/]"),
            Markup.FromInterpolated(
                $"[bold]{_name}[/]  {report.Activity,-10}  [green]{before}[/][grey]{after}[/]  {steps} ({share}%)"),
            Markup.FromInterpolated($"  {figures}  [grey]elapsed {elapsed}, checkpoint {checkpoint}[/]"),
            Markup.FromInterpolated($"  [green]{shown.Curve}[/]"));
    }

    /// <summary>What is shown, taken when the state changes: the display is drawn from another thread.</summary>
    private sealed record Snapshot(ProgressEvent Report, string? Start, long? CheckpointStep, string Curve);
}
