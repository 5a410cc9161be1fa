using Graft.Api.Planning;
using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>Reads the folder of a run on this computer that has come to its end.</summary>
public static class FinishedRun
{
    /// <summary>The run's plan, and the folder of what it has trained.</summary>
    /// <param name="folder">The run's folder, or the link to it.</param>
    /// <exception cref="CliException">It is no run's, or the run has not finished.</exception>
    public static (RunPlan Plan, string Trained) Read(string folder)
    {
        var file = Path.Combine(folder, RunFolder.PlanFileName);
        if (!File.Exists(file))
        {
            throw new CliException(
                $"'{folder}' is not the folder of a run: it has no {RunFolder.PlanFileName}. `graft run` writes graft-out/NAME.");
        }

        var trained = Path.Combine(folder, RunFolder.TrainedFolderName);
        if (Path.Exists(Path.Combine(folder, RunSums.FileName)) && RunSums.Damage(folder, RunFolder.PlanFileName) is { } damage)
        {
            throw new CliException($"The run in '{folder}' is not used: {damage}. `graft run` with its spec writes the file again.");
        }

        return Directory.Exists(trained)
            ? (PlanJson.Read(SmallFile.ReadText(file)), trained)
            : throw new CliException($"The run in '{folder}' has not finished: there is no {trained}. `graft run` with its spec goes on.");
    }
}
