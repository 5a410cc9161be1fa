namespace Graft.Trainer.Failures;

/// <summary>Failures to read files that are the same when they are tried again.</summary>
internal static class LastingFault
{
    /// <summary>Whether a file is not there or may not be read, rather than a device or a server failing for now.</summary>
    public static bool Is(Exception error) => error is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException;
}
