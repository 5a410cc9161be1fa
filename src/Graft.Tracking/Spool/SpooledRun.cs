using System.Text.Json;
using Graft.Common;

namespace Graft.Tracking.Spool;

/// <summary>What a spool is of and for whom, in a file beside it: with it anybody who has the folder can deliver.</summary>
/// <param name="Server">The server's address, without credentials.</param>
/// <param name="Experiment">The experiment's name.</param>
/// <param name="RunName">The run's name.</param>
/// <param name="RunUid">The run's identity.</param>
/// <param name="User">Who began it.</param>
internal sealed record SpooledRun(string Server, string Experiment, string RunName, string RunUid, string User)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    /// <summary>The file beside a spool.</summary>
    public static string FileOf(string spoolFile) => Path.ChangeExtension(spoolFile, ".run.json");

    /// <summary>What a spool is of; null where the file is not there or not whole.</summary>
    public static SpooledRun? Read(string spoolFile)
    {
        try
        {
            var run = JsonSerializer.Deserialize<SpooledRun>(SmallFile.ReadText(FileOf(spoolFile)), Json);
            return Uri.TryCreate(run?.Server, UriKind.Absolute, out _) ? run : null;
        }
        catch (Exception error) when (FileFaults.IsInContent(error))
        {
            return null;
        }
    }

    public void Write(string spoolFile)
    {
        AtomicFile.WriteText(FileOf(spoolFile), JsonSerializer.Serialize(this, Json));
    }
}
