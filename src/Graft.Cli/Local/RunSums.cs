using Graft.Api.Reporting;
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

    /// <summary>That some files are read for their digests, and how many bytes they have.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="names">The files, relative to the folder.</param>
    public static ActivityProgress Reading(string folder, IEnumerable<string> names) => new()
    {
        What = $"Reading what was trained in {ShortPath.Of(folder)}",
        Total = names.Sum(name => FileStatus.Of(Path.Combine(folder, name))?.Size ?? 0),
        IsBytes = true,
    };

    /// <summary>Writes the digests of some files.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="names">The files, relative to the folder.</param>
    /// <param name="read">Told now and then how many more bytes of them are read.</param>
    public static void Write(string folder, IEnumerable<string> names, Action<int>? read = null)
    {
        AtomicFile.WriteText(
            Path.Combine(folder, FileName), string.Concat(names.Select(name => $"{DigestOf(folder, name, read)}{Gap}{name}\n")));
    }

    /// <summary>
    /// What is wrong with the first of some files that is not as it was when its digest was written, or with one that is missing or too
    /// much; null if nothing is.
    /// </summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="names">The files, relative to the folder.</param>
    /// <param name="read">Told now and then how many more bytes of them are read.</param>
    public static string? DamageOfAll(string folder, IReadOnlyCollection<string> names, Action<int>? read = null) => Find(folder, sums =>
        sums.Keys.Except(names).FirstOrDefault() is { } missing ? $"{missing} is missing" : DamageOf(folder, sums, names, read));

    /// <summary>What is wrong with a file; null if it is as it was when its digest was written.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="name">The file, relative to the folder.</param>
    /// <param name="read">Told now and then how many more of its bytes are read.</param>
    public static string? Damage(string folder, string name, Action<int>? read = null) =>
        Find(folder, sums => DamageOf(folder, sums, [name], read));

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

    private static string? DamageOf(
        string folder, Dictionary<string, string> sums, IEnumerable<string> names, Action<int>? read) => names
        .Select(name => !sums.TryGetValue(name, out var stated) ? $"{FileName} does not state the digest of {name}"
            : DigestOf(folder, name, read) + Gap != stated ? $"{name} does not have the digest that {FileName} states"
            : null)
        .FirstOrDefault(damage => damage is not null);

    private static string DigestOf(string folder, string name, Action<int>? read)
    {
        using var file = File.OpenRead(Path.Combine(folder, name));
        return Sha256Text.Of(file, read);
    }
}
