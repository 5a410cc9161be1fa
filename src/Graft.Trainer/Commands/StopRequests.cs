using System.CommandLine;
using System.Runtime.InteropServices;
using Graft.Common;

namespace Graft.Trainer.Commands;

/// <summary>
/// What asks this process to stop: signals and, where it was started so, the end of its standard input. Whoever started it holds that open
/// and writes nothing; it ends with them however they end, by SIGKILL too.
/// </summary>
internal sealed class StopRequests : IDisposable
{
    /// <summary>The option by which a parent asks this process to end with it.</summary>
    public static Option<bool> EndWithInput { get; } = new("--end-with-input")
    {
        Description = "Stop when standard input ends, as at SIGTERM: with the process that started this one.",
    };

    private static readonly PosixSignal[] Signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP];

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations;

    public StopRequests(bool endWithInput)
    {
        _registrations = [.. Signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            // The process ends by itself once the checkpoint is on disk.
            context.Cancel = true;
            Stop();
        }))];
        if (endWithInput)
        {
            new Thread(StopAtEndOfInput) { IsBackground = true, Name = "input" }.Start();
        }
    }

    /// <summary>Canceled by the first request.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        // Not the source: the thread that reads may be about to cancel it.
    }

    private void Stop() => _stop.Cancel();

    private void StopAtEndOfInput()
    {
        try
        {
            using var input = Console.OpenStandardInput();
            var buffer = new byte[256];
            while (input.Read(buffer) > 0)
            {
            }
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            // An input that cannot be read has ended.
        }

        Stop();
    }
}
