namespace Graft.Cli.Training;

/// <summary>Finds the program <c>graft-trainer</c>, which this one starts as a child: only the trainer carries libtorch.</summary>
public static class TrainerProgram
{
    public const string Name = "graft-trainer";

    /// <summary>The environment variable that names the trainer's executable file.</summary>
    public const string Variable = "GRAFT_TRAINER";

    /// <summary>
    /// The executable: the one that <see cref="Variable"/> names, else the one beside this program, else the one built in the
    /// same checkout (<c>artifacts/bin/Graft.Cli/release</c> has <c>artifacts/bin/Graft.Trainer/release</c> beside it).
    /// </summary>
    /// <param name="programFolder">The folder of this program.</param>
    /// <param name="named">The value of <see cref="Variable"/>.</param>
    /// <exception cref="CliException">It is nowhere.</exception>
    public static string Find(string programFolder, string? named)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named)
                ? Path.GetFullPath(named)
                : throw new CliException($"{Variable} is '{named}', which is not a file. Set it to the {Name} program, or unset it.");
        }

        var folder = new DirectoryInfo(programFolder);
        string[] places =
        [
            Path.Combine(folder.FullName, Name),
            Path.GetFullPath(Path.Combine(folder.FullName, "..", "..", "Graft.Trainer", folder.Name, Name)),
        ];
        return places.FirstOrDefault(File.Exists) ?? throw new CliException(
            $"{Name} was not found; looked for {string.Join(" and ", places)}. "
            + $"Build it with `make build`, or set {Variable} to its file.");
    }
}
