namespace Graft.Cli.Local;

/// <summary>Writes words so that a command that is shown can be copied into a shell.</summary>
public static class ShellWord
{
    /// <summary>A word as a POSIX shell reads it whole: nothing in it is expanded, split or ended.</summary>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Length > 0 && word.All(IsPlain)
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }

    /// <summary>A path as a word that is no option, whatever it begins with.</summary>
    public static string QuotePath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Quote(path.StartsWith('-') ? "./" + path : path);
    }

    private static bool IsPlain(char character)
    {
        return char.IsAsciiLetterOrDigit(character) || "-_./:@%+,".Contains(character, StringComparison.Ordinal);
    }
}
