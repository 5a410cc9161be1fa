using Graft.Api.Planning;
using Graft.Common;

namespace Graft.Trainer.Running;

/// <summary>Writes a run's result where others look for it.</summary>
internal static class ResultFiles
{
    private const string ResultFile = "result.json";

    /// <summary>
    /// Writes the pod's termination message, and result.json whole or not at all. A full disk does not keep the other from being written.
    /// </summary>
    /// <param name="execution">The places.</param>
    /// <param name="result">The result.</param>
    /// <param name="log">Told of what cannot be written.</param>
    /// <param name="holdsFolder">Whether the output folder is this process' to write.</param>
    public static void Write(Execution execution, RunResult result, TextWriter log, bool holdsFolder = true)
    {
        var json = TerminationMessage.Write(result);
        if (execution.TerminationMessagePath is { } message)
        {
            WriteTerminationMessage(message, result, log);
        }

        if (!holdsFolder)
        {
            return;
        }

        Try(
            () =>
            {
                UnfinishedFiles.Sweep(execution.OutputDirectory);
                AtomicFile.Write(Path.Combine(execution.OutputDirectory, ResultFile), json);
            },
            log);
    }

    /// <summary>Writes the pod's termination message.</summary>
    /// <param name="path">The place: a device file in a pod, written in place.</param>
    /// <param name="result">The result.</param>
    /// <param name="log">Told where it cannot be written.</param>
    public static void WriteTerminationMessage(string path, RunResult result, TextWriter log) =>
        Try(() => File.WriteAllBytes(path, TerminationMessage.Write(result)), log);

    private static void Try(Action write, TextWriter log)
    {
        try
        {
            write();
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            log.WriteLine($"The result cannot be written: {error.Message}");
        }
    }
}
