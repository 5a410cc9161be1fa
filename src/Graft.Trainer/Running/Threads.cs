using Graft.Models.Runtime;
using static TorchSharp.torch;

namespace Graft.Trainer.Running;

/// <summary>The number of CPU threads.</summary>
internal static class Threads
{
    /// <summary>
    /// Starts libtorch with so many threads, or with as many as this process may use; with no more than that in any case. libtorch counts
    /// the machine's cores; .NET also knows a container's CPU limit, beyond which more threads only wait for each other.
    /// </summary>
    /// <param name="wanted">The number that was asked for.</param>
    /// <param name="tell">Told where it is another one.</param>
    public static void Initialize(int? wanted, Action<string> tell)
    {
        var (chosen, why) = Choose(wanted, Environment.ProcessorCount);
        if (why is not null)
        {
            tell(why);
        }

        if (TorchRuntime.Initialize(chosen) > Environment.ProcessorCount)
        {
            set_num_threads(Environment.ProcessorCount);
        }
    }

    /// <summary>The number to ask libtorch for, null for its own choice, and a sentence where that is not what was asked for.</summary>
    /// <param name="wanted">The number that was asked for.</param>
    /// <param name="processors">The processors that this process may use.</param>
    internal static (int? Chosen, string? Why) Choose(int? wanted, int processors) => wanted switch
    {
        < 1 => (null, $"{wanted} threads cannot compute: as many are used as there are processors ({processors})."),
        _ when wanted > processors => (processors, $"{wanted} threads were asked for and {processors} processors are at hand: {processors} "
            + "threads are used."),
        _ => (wanted, null),
    };
}
