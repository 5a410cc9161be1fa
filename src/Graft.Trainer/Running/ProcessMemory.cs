using System.Diagnostics;
using System.Globalization;

namespace Graft.Trainer.Running;

/// <summary>The memory of this process.</summary>
internal static class ProcessMemory
{
    /// <summary>The largest resident memory so far, in bytes: VmHWM of Linux, which other systems' figure comes close to.</summary>
    public static long Peak()
    {
        const string Status = "/proc/self/status", Field = "VmHWM:";
        var line = File.Exists(Status)
            ? File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal))
            : null;
        var kibibytes = line?[Field.Length..].Trim().Split(' ')[0];
        return long.TryParse(kibibytes, CultureInfo.InvariantCulture, out var value)
            ? value * 1024
            : Process.GetCurrentProcess().PeakWorkingSet64;
    }
}
