using Graft.Api.Documents;
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
    /// <exception cref="CliException">A path does not exist, or a folder holds no such file.</exception>
    public static IReadOnlyList<SpecFile> Read(IEnumerable<string> paths, bool recursive)
    {
        return [.. paths.SelectMany(path => Expand(path, recursive)).Distinct().Select(Read)];
    }

    private static IEnumerable<string> Expand(string path, bool recursive)
    {
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

    private static SpecFile Read(string path)
    {
        if (path == StandardInput)
        {
            using var input = Console.OpenStandardInput();
            return new SpecFile("stdin", SmallFile.ReadText(input, "stdin"));
        }

        try
        {
            return new SpecFile(path, SmallFile.ReadText(path));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"There is no file or folder '{path}'.", error);
        }
    }
}
