using Graft.Api.Reporting;
namespace Graft.Trainer.Reporting;

/// <summary>Takes a run's events somewhere. It neither blocks for long nor throws: a run does not fail because nobody listens.</summary>
public interface IEventSink : IAsyncDisposable
{
    /// <summary>Takes an event.</summary>
    void Take(TrainerEvent told);
}

/// <summary>
/// Several sinks as one; the first one given is told first. They are told of one event at a time: what a server keeps a run waiting for is
/// noticed by a timer.
/// </summary>
public sealed class EventSinks(IReadOnlyList<IEventSink> sinks) : IEventSink
{
    private readonly Lock _lock = new();

    public void Take(TrainerEvent told)
    {
        lock (_lock)
        {
            foreach (var sink in sinks)
            {
                sink.Take(told);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sink in sinks)
        {
            await sink.DisposeAsync().ConfigureAwait(false);
        }
    }
}
