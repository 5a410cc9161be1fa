using Graft.Api.Reporting;
using Graft.Artifacts;
using Graft.Artifacts.Registry;
using Graft.Trainer.Publishing;
using Graft.Trainer.Reporting;

namespace Graft.Trainer.Running;

/// <summary>Tells how far the publishing is, and what holds it up.</summary>
/// <param name="trained">What is published; null for what another run has trained.</param>
/// <param name="events">Told of everything.</param>
/// <param name="time">Measures time.</param>
internal sealed class PublishingReport(TrainedRecord? trained, IEventSink events, TimeProvider time)
{
    // What is waited for is noticed by a timer, while bytes are counted.
    private readonly Lock _lock = new();
    private ActivityMeter? _meter;
    private ActivityProgress? _part;
    private TransferProgress _last;

    /// <summary>How an attempt speaks to a registry or a folder: it tells of its bytes and its waiting here.</summary>
    public RegistryOptions Attempt => Stores.Attempt with { Transferred = Count, Waiting = Wait };

    /// <summary>Tells what holds it up; null for nothing.</summary>
    public void Tell(string? message)
    {
        lock (_lock)
        {
            _part = null;
            Tell(null, message);
        }
    }

    private void Wait(string message)
    {
        lock (_lock)
        {
            Tell(_part, message);
        }
    }

    private void Count(TransferProgress progress)
    {
        lock (_lock)
        {
            if (_meter is null || (progress.Step, progress.Total) != (_last.Step, _last.Total) || progress.Done < _last.Done)
            {
                _meter = new ActivityMeter((part, _) => Tell(_part = part, null), time, new ActivityProgress
                {
                    What = What(progress.Step),
                    Done = progress.Done,
                    Total = progress.Total,
                    IsBytes = true,
                });
            }
            else
            {
                _meter.Report(progress.Done);
            }

            _last = progress;
        }
    }

    private static string What(TransferStep step) => step switch
    {
        TransferStep.Packing => "packing",
        TransferStep.Fetching => "fetching",
        _ => "sending",
    };

    private void Tell(ActivityProgress? part, string? message) => events.Take(new ProgressEvent
    {
        Activity = Activities.Publishing,
        Part = part,
        Message = message,
        Step = trained?.Step ?? 0,
        TotalSteps = trained?.Step ?? 0,
        Loss = trained?.LastLoss,
        CheckpointStep = trained?.Step,
    });
}
