using Graft.Api.V1Alpha1;

namespace Graft.Cli.Local;

/// <summary>Finds the folder on this computer that a spec's source means.</summary>
/// <param name="builtins">The built-ins.</param>
/// <param name="volumes">The folders that stand for PersistentVolumeClaims, by the claim's name.</param>
/// <param name="registry">Fetches what is in a registry.</param>
public sealed class InputFolders(BuiltinFolders builtins, IReadOnlyDictionary<string, string> volumes, OciInputs registry)
{
    /// <summary>The folder of a base model.</summary>
    /// <param name="source">Where the spec says it is.</param>
    /// <param name="specFile">The file that holds the spec; relative paths begin at its folder.</param>
    /// <param name="cancellationToken">Ends a transfer.</param>
    /// <exception cref="CliException">It is not there.</exception>
    public Task<string> FindAsync(ModelSource source, string specFile, CancellationToken cancellationToken)
    {
        return FindAsync(source.Builtin, source.Path, source.Pvc, source.Oci, specFile, cancellationToken);
    }

    /// <summary>The folder of a data set; see the other overload.</summary>
    public Task<string> FindAsync(DatasetSource source, string specFile, CancellationToken cancellationToken)
    {
        return FindAsync(source.Builtin, source.Path, source.Pvc, source.Oci, specFile, cancellationToken);
    }

    private async Task<string> FindAsync(
        BuiltinSource? builtin, string? path, PvcSource? pvc, OciSource? oci, string specFile, CancellationToken cancellationToken)
    {
        if (builtin is not null)
        {
            return builtins.Folder(builtin.Name!);
        }

        if (path is not null)
        {
            var start = Path.GetDirectoryName(Path.GetFullPath(specFile))!;
            return Existing(Path.GetFullPath(path, start), $"{specFile}: source.path '{path}'");
        }

        if (pvc is not null)
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

        return await registry.FetchAsync(oci!, cancellationToken).ConfigureAwait(false);
    }

    private static string Existing(string folder, string what)
    {
        return Directory.Exists(folder) ? folder : throw new CliException($"{what} is the folder {folder}, which does not exist.");
    }
}
