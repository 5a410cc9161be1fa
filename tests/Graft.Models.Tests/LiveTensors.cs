using System.Runtime.ExceptionServices;
using TorchSharp;

namespace Graft.Models.Tests;

/// <summary>
/// Counts the tensors that something leaves alive. It runs on a thread of its own, whose count starts at nothing: what other tests
/// create and dispose meanwhile, and what the garbage collector finds, does not come into it.
/// </summary>
internal static class LiveTensors
{
    /// <summary>How many tensors were created and not disposed; one that only the collector would find counts as left.</summary>
    /// <param name="action">What is measured; it creates its tensors on the thread that calls it.</param>
    public static long LeftBy(Action action)
    {
        ExceptionDispatchInfo? thrown = null;
        long left = 0;
        var thread = new Thread(() =>
        {
            try
            {
                action();
                left = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            }
#pragma warning disable CA1031 // Thrown again where the test is.
            catch (Exception error)
#pragma warning restore CA1031
            {
                thrown = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        thrown?.Throw();
        return left;
    }
}
