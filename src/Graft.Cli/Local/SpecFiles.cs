using Graft.Api.Documents;
using Graft.Cli.Display;
using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>Reads the files and folders that a command line names, as <c>kubectl apply -f</c> reads them.</summary>
public static class SpecFiles
{
    /// <summary>The path that means standard input.</summary>
    public const string StandardInput = "-";

    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    /// <summary>The texts of files, and of the YAML and JSON files in folders.</summary>
    /// <param name="paths">Files, folders, or <see cref="StandardInput"/>.</param>
    /// <param name="recursive">Also the folders in the folders.</param>
    /// <param name="terminal">Where it is said that a pipe is waited for.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CliException">A path does not exist, or a folder holds no such file.</exception>
    public static async Task<IReadOnlyList<SpecFile>> ReadAsync(
        IEnumerable<string> paths, bool recursive, Terminal terminal, CancellationToken cancellationToken)
    {
        var files = new List<SpecFile>();
        foreach (var path in paths.SelectMany(path => Expand(path, recursive)).DistinctBy(Path.GetFullPath))
        {
            // To open a pipe that nobody writes to takes for ever, and cannot be ended.
            var (reading, name) = path == StandardInput
                ? (Task.Run(ReadStandardInput, cancellationToken), "standard input (Ctrl-D ends it)")
                : (Task.Run(() => Read(path), cancellationToken), $"'{path}', which is slow or a pipe that nothing is written to");
            files.Add(await Patience.AwaitAsync(reading, terminal, $"Reading {name} …", cancellationToken).ConfigureAwait(false));
        }

        return files;
    }

    private static IEnumerable<string> Expand(string path, bool recursive)
    {
        if (path.Length == 0)
        {
            throw new CliException("The name of a file is empty. A shell's variable that is not set gives such a name.");
        }

        if (!Directory.Exists(path))
        {
            return [path];
        }

        var files = Directory
            .EnumerateFiles(path, "*", recursive ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
            .Where(file => Endings.Contains(Path.GetExtension(file)))
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count > 0
            ? files
            : throw new CliException(
                $"The folder '{path}' holds no {string.Join(", ", Endings)} file"
                + (recursive ? "." : "; --recursive looks into its folders, too."));
    }

    private static SpecFile ReadStandardInput()
    {
        using var input = Console.OpenStandardInput();
        return SpecFile.Of("stdin", SmallFile.ReadBytes(input, "stdin").Span);
    }

    private static SpecFile Read(string path)
    {
        try
        {
            return SpecFile.Of(path, SmallFile.ReadBytes(path).Span);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"There is no file or folder '{path}'.", error);
        }
    }
}
