using System.Text.Json;
using Graft.Api.Planning;

namespace Graft.Trainer.Running;

/// <summary>Writes a run's result where others look for it.</summary>
internal static class FinalWord
{
    private const string ResultFile = "result.json";

    /// <summary>Writes result.json, whole or not at all, and the pod's termination message.</summary>
    public static void Write(Execution execution, RunResult result)
    {
        byte[] json = Fit(result);
        string path = Path.Combine(execution.OutputDirectory, ResultFile), temporary = path + ".tmp";
        File.WriteAllBytes(temporary, json);
        File.Move(temporary, path, overwrite: true);
        if (execution.TerminationMessagePath is { } message)
        {
            // A device file in a pod: written in place.
            File.WriteAllBytes(message, json);
        }
    }

    /// <summary>The result within the size that Kubernetes keeps: the message is what may be long.</summary>
    private static byte[] Fit(RunResult result)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(result, PlanJson.WireOptions);
        while (json.Length > RunResult.MaximumBytes && result.Message.Length > 1)
        {
            result = result with { Message = result.Message[..(result.Message.Length * 3 / 4)].TrimEnd('…') + "…" };
            json = JsonSerializer.SerializeToUtf8Bytes(result, PlanJson.WireOptions);
        }

        return json;
    }
}
