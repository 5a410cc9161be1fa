using System.Collections.Concurrent;
using Graft.Trainer.Parts;

namespace Graft.Trainer.Running;

/// <summary>What the runs of one process share: the frozen models, and the thread that computes.</summary>
public sealed class RunHost : IDisposable
{
    /// <summary>The frozen models.</summary>
    public PartLibrary Library { get; } = new();

    /// <summary>Computes.</summary>
    public ComputeThread Compute { get; } = new();

    public void Dispose()
    {
        Compute.Dispose();
        Library.Dispose();
    }
}

/// <summary>
/// The one thread on which everything with tensors is done, in the order in which it is asked for: several runs step in turn on it. Modes
/// of libtorch, its number of threads among them, belong to a thread.
/// </summary>
public sealed class ComputeThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    public ComputeThread()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "compute" };
        _thread.Start();
    }

    /// <summary>Has something done when its turn comes.</summary>
    public Task RunAsync(Action work) => RunAsync(() =>
    {
        work();
        return true;
    });

    /// <summary>Has something computed when its turn comes.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        // Continuations elsewhere: what comes next for one run must not keep the others waiting.
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
#pragma warning disable CA1031 // It is thrown where the result is awaited.
            catch (Exception error)
#pragma warning restore CA1031
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (var next in _work.GetConsumingEnumerable())
        {
            next();
        }
    }
}
