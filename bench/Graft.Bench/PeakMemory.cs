using System.Globalization;

namespace Graft.Bench;

/// <summary>The largest resident memory of this process, as the kernel counts it.</summary>
internal static class PeakMemory
{
    public static long Bytes()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
