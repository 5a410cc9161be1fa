namespace Graft.Cli;

/// <summary>The exit statuses of <c>graft</c>.</summary>
public static class ExitCodes
{
    public const int Succeeded = 0;

    /// <summary>What was asked for failed, or what was given is not valid.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int WrongUse = 2;

    /// <summary>Done, but something still waits for a server: a trained adapter to be published, or a record for MLflow.</summary>
    public const int Outstanding = 3;

    /// <summary>Stopped by Ctrl-C or SIGTERM, as shells report it.</summary>
    public const int Interrupted = 130;
}
