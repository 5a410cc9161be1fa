namespace Graft.Artifacts;

/// <summary>An artifact could not be stored, fetched or trusted. The message says which, why, and what to do.</summary>
public sealed class ArtifactException : Exception
{
    public ArtifactException(string message)
        : base(message)
    {
    }

    public ArtifactException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
