using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Graft.Models.Runtime;

/// <summary>Process-wide settings of libtorch, made once before the first tensor.</summary>
public static partial class TorchRuntime
{
    /// <summary>
    /// Loads libtorch with idle OpenMP threads sleeping instead of spinning, and sets the number of compute threads.
    /// Call it before any other use of TorchSharp: OpenMP reads its environment when the library loads.
    /// </summary>
    /// <param name="threads">Compute threads; null keeps libtorch's choice. Results are bit-equal only at equal thread counts.</param>
    /// <returns>The number of compute threads in use.</returns>
    public static int Initialize(int? threads = null)
    {
        if (!OperatingSystem.IsWindows())
        {
            // .NET's own environment block is a copy that native libraries never see, hence libc. A person's setting wins.
            _ = SetEnvironment("OMP_WAIT_POLICY", "passive", overwrite: 0);
        }

        return LoadTorch(threads);
    }

    // Not inlined: touching TorchSharp's types loads libtorch, which must come after the environment is set.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LoadTorch(int? threads)
    {
        if (threads is { } count)
        {
            torch.set_num_threads(count);
        }

        return torch.get_num_threads();
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
