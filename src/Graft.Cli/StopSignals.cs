using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Graft.Cli;

/// <summary>What a person or the system asks of a command that is going on.</summary>
/// <param name="Gently">Canceled when it is to stop: what is worth keeping is saved first.</param>
/// <param name="AtOnce">Canceled when it is to end without saving anything.</param>
public readonly record struct StopTokens(CancellationToken Gently, CancellationToken AtOnce);

/// <summary>
/// Turns Ctrl-C, SIGTERM and SIGHUP into canceled tokens: the first asks to stop, the second to end at once. A command that has not ended
/// some seconds after the second, or at the third, is ended by the system.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
    private static readonly TimeSpan LastGrace = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource _gently = new();
    private readonly CancellationTokenSource _atOnce = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private int _count;

    public StopSignals()
    {
        _registrations = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, Take))];
    }

    /// <summary>The requests.</summary>
    public StopTokens Tokens => new(_gently.Token, _atOnce.Token);

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _ended.Cancel();
        _ended.Dispose();
        _gently.Dispose();
        _atOnce.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        var count = Interlocked.Increment(ref _count);
        // Where it is not canceled, the system does with the process what it does without a handler.
        context.Cancel = count <= 2;
        if (count == 1)
        {
            _gently.Cancel();
        }
        else if (count == 2)
        {
            _atOnce.Cancel();
            _ = EndAfterGraceAsync(_ended.Token);
        }
    }

    private static async Task EndAfterGraceAsync(CancellationToken ended)
    {
        await Task.Delay(LastGrace, TimeProvider.System, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCancellationRequested)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }
    }
}
