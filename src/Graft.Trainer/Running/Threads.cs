using Graft.Models.Runtime;
using static TorchSharp.torch;

namespace Graft.Trainer.Running;

/// <summary>The number of CPU threads.</summary>
internal static class Threads
{
    /// <summary>
    /// Starts libtorch with so many threads, or with as many as this process may use. libtorch counts the machine's cores; .NET also knows
    /// a container's CPU limit, beyond which more threads only wait for each other.
    /// </summary>
    public static void Initialize(int? wanted)
    {
        var chosen = TorchRuntime.Initialize(wanted);
        if (wanted is null && chosen > Environment.ProcessorCount)
        {
            set_num_threads(Environment.ProcessorCount);
        }
    }
}
