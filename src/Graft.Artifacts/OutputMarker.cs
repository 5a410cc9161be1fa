using System.Text;
using Graft.Common;

namespace Graft.Artifacts;

/// <summary>
/// The file that tells a folder that Graft writes from the files of a model or a data set. The output of a run may lie in the folder of
/// its data; if it counted, the data would be other data after each run.
/// </summary>
public static class OutputMarker
{
    /// <summary>The file. Its name is hidden, so that it counts in no digest itself.</summary>
    public const string FileName = ".graft-output";

    private const string Signature = "Signature: graft-output";
    private const string Text = Signature + "\n# Graft writes this folder. It is not part of a model or a data set that lies around it.\n";

    /// <summary>Marks a folder, which is made if it is not there.</summary>
    public static void Write(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(path, Text);
        }
    }

    /// <summary>Marks a folder unless somebody else's files are in it.</summary>
    public static void WriteIfNew(string folder)
    {
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Write(folder);
        }
    }

    /// <summary>Whether a folder is marked.</summary>
    public static bool IsIn(string folder)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(folder, FileName));
            Span<byte> start = stackalloc byte[Signature.Length];
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
                && start.SequenceEqual(Encoding.ASCII.GetBytes(Signature));
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            return false;
        }
    }
}
