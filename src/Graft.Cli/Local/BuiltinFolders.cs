namespace Graft.Cli.Local;

/// <summary>Where the models and data sets that come with Graft are on this computer.</summary>
/// <param name="places">The folders that hold them, in the order in which they are looked through.</param>
public sealed class BuiltinFolders(IReadOnlyList<string> places)
{
    /// <summary>The environment variable that names the folder of built-ins.</summary>
    public const string Variable = "GRAFT_BUILTIN_DIR";

    /// <summary>
    /// The folder that <see cref="Variable"/> names; else the folder <c>builtin</c> beside this program,
    /// <c>examples/builtin</c> of the checkout that it was built in, and <c>/usr/share/graft</c>.
    /// </summary>
    /// <param name="programFolder">The folder of this program.</param>
    /// <param name="named">The value of <see cref="Variable"/>.</param>
    public static BuiltinFolders Find(string programFolder, string? named)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return new BuiltinFolders([named]);
        }

        var places = new List<string> { Path.Combine(programFolder, "builtin") };
        for (var folder = new DirectoryInfo(programFolder); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
            {
                places.Add(Path.Combine(folder.FullName, "examples", "builtin"));
            }
        }

        places.Add("/usr/share/graft");
        return new BuiltinFolders(places);
    }

    /// <summary>The names of the built-ins that are on this computer.</summary>
    public IReadOnlyList<string> Known =>
    [
        .. places.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(folder => Path.GetFileName(folder))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The folder of a built-in, or null.</summary>
    public string? Find(string name)
    {
        return places.Select(place => Path.Combine(place, name)).FirstOrDefault(Directory.Exists) is { } folder
            ? Path.GetFullPath(folder)
            : null;
    }

    /// <summary>The folder of a built-in.</summary>
    /// <exception cref="CliException">There is none of that name; the message lists those that there are.</exception>
    public string Folder(string name)
    {
        return Find(name) ?? throw new CliException(
            $"There is no built-in '{name}' in {string.Join(", ", places)}. "
            + (Known.Count > 0 ? $"Known: {string.Join(", ", Known)}." : $"Set {Variable} to the folder that holds the built-ins."));
    }
}
