using Graft.Common;

namespace Graft.Cli;

/// <summary>How the user calls this program.</summary>
public static class ProgramName
{
    /// <summary>The program as it was typed (<c>bin/graft</c>, <c>graft</c>), so that a command that is shown can be copied.</summary>
    public static string AsInvoked()
    {
        try
        {
            // .NET's own argument 0 is the assembly's file.
            return File.ReadAllText("/proc/self/cmdline").Split('\0')[0] is { Length: > 0 } typed ? typed : "graft";
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            return "graft";
        }
    }
}
