using Graft.Api.V1Alpha1;
using Graft.Programs;

namespace Graft.Cli.Local;

/// <summary>Finds the folder on this computer that a spec's source means.</summary>
/// <param name="builtins">The built-ins.</param>
/// <param name="volumes">The folders that stand for PersistentVolumeClaims, by the claim's name.</param>
/// <param name="registry">Fetches what is in a registry.</param>
public sealed class InputFolders(BuiltinFolders builtins, IReadOnlyDictionary<string, string> volumes, OciInputs registry)
{
    /// <summary>The folder of an input.</summary>
    /// <param name="source">Where the spec says it is.</param>
    /// <param name="specFile">The file that holds the spec; relative paths begin at its folder.</param>
    /// <param name="line">Shows a transfer.</param>
    /// <param name="activity">What is done, in its words.</param>
    /// <param name="cancellationToken">Ends a transfer.</param>
    /// <exception cref="CliException">It is not there.</exception>
    public async Task<string> FindAsync(
        FileSource source, string specFile, ActivityLine line, string activity, CancellationToken cancellationToken)
    {
        if (source.Builtin is { } builtin)
        {
            return builtins.Folder(builtin.Name!);
        }

        if (source.Path is { } path)
        {
            var start = Path.GetDirectoryName(Path.GetFullPath(specFile))!;
            return Existing(Path.GetFullPath(path, start), $"{specFile}: source.path '{path}'");
        }

        if (source.Pvc is { } pvc)
        {
            var claim = pvc.ClaimName!;
            return volumes.TryGetValue(claim, out var volume)
                ? Existing(
                    Path.GetFullPath(Path.Combine(volume, pvc.Path ?? "")),
                    $"{specFile}: source.pvc '{claim}' with --volume {claim}={volume}")
                : throw new CliException(
                    $"{specFile}: the source is on the PersistentVolumeClaim '{claim}'. "
                    + $"Say which folder holds its files: --volume {claim}=DIR");
        }

        return await registry.FetchAsync(source.Oci!, line, activity, cancellationToken).ConfigureAwait(false);
    }

    private static string Existing(string folder, string what)
    {
        return Directory.Exists(folder) ? folder : throw new CliException($"{what} is the folder {folder}, which does not exist.");
    }
}
