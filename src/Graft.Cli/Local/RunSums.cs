using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>
/// The digests of the files of a run that later commands trust, in the form that <c>sha256sum -c</c> reads: one line for each file.
/// </summary>
public static class RunSums
{
    /// <summary>The file's name, in the run's folder.</summary>
    public const string FileName = "SHA256SUMS";

    private const int DigestLength = 64;
    private const string Gap = "  ";

    /// <summary>Writes the digests of some files.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="names">The files, relative to the folder.</param>
    public static void Write(string folder, IEnumerable<string> names)
    {
        AtomicFile.WriteText(
            Path.Combine(folder, FileName), string.Concat(names.Select(name => $"{DigestOf(folder, name)}{Gap}{name}\n")));
    }

    /// <summary>
    /// What is wrong with the first of some files that is not as it was when its digest was written, or with one that is missing or too
    /// much; null if nothing is.
    /// </summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="names">The files, relative to the folder.</param>
    public static string? DamageOfAll(string folder, IReadOnlyCollection<string> names) => Find(folder, sums =>
        sums.Keys.Except(names).FirstOrDefault() is { } missing ? $"{missing} is missing" : DamageOf(folder, sums, names));

    /// <summary>What is wrong with a file; null if it is as it was when its digest was written.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="name">The file, relative to the folder.</param>
    public static string? Damage(string folder, string name) => Find(folder, sums => DamageOf(folder, sums, [name]));

    /// <summary>Whether there is a digest of a file.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="name">The file, relative to the folder.</param>
    public static bool States(string folder, string name) => Find(folder, sums => sums.ContainsKey(name) ? null : name) is null;

    private static string? Find(string folder, Func<Dictionary<string, string>, string?> damage)
    {
        try
        {
            return damage(SmallFile.ReadText(Path.Combine(folder, FileName)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .ToDictionary(line => line[(DigestLength + Gap.Length)..], line => line[..(DigestLength + Gap.Length)]));
        }
        catch (ArgumentException)
        {
            return $"{FileName} is damaged";
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            return error.Message.TrimEnd('.');
        }
    }

    private static string? DamageOf(string folder, Dictionary<string, string> sums, IEnumerable<string> names) => names
        .Select(name => !sums.TryGetValue(name, out var stated) ? $"{FileName} does not state the digest of {name}"
            : DigestOf(folder, name) + Gap != stated ? $"{name} does not have the digest that {FileName} states"
            : null)
        .FirstOrDefault(damage => damage is not null);

    private static string DigestOf(string folder, string name)
    {
        using var file = File.OpenRead(Path.Combine(folder, name));
        return Sha256Text.Of(file);
    }
}
