using System.Text;

namespace Graft.Tracking;

/// <summary>Writes small files so that a reader sees the old or the new content, never a part.</summary>
internal static class AtomicFile
{
    public static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = Temporary(path);
        File.WriteAllText(temporary, content, Utf8);
        File.Move(temporary, path, overwrite: true);
    }

    public static void Copy(string source, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = Temporary(path);
        File.Copy(source, temporary, overwrite: true);
        File.Move(temporary, path, overwrite: true);
    }

    // Hidden, and named after the process: MLflow lists what lies in these folders, and two processes may write at once.
    private static string Temporary(string path)
    {
        return Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
    }
}
