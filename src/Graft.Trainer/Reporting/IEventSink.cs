using Graft.Api.Reporting;
namespace Graft.Trainer.Reporting;

/// <summary>Takes a run's events somewhere. It neither blocks for long nor throws: a run does not fail because nobody listens.</summary>
public interface IEventSink : IAsyncDisposable
{
    /// <summary>Takes an event.</summary>
    void Take(TrainerEvent told);
}

/// <summary>Several sinks as one; the first one given is told first.</summary>
public sealed class EventSinks(IReadOnlyList<IEventSink> sinks) : IEventSink
{
    public void Take(TrainerEvent told)
    {
        foreach (var sink in sinks)
        {
            sink.Take(told);
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
