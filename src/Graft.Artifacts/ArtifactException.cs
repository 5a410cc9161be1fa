namespace Graft.Artifacts;

/// <summary>What kind of trouble an <see cref="ArtifactException"/> tells of: whoever tries again decides by it.</summary>
public enum ArtifactFailure
{
    /// <summary>The artifact itself, or what it is called: trying again changes nothing.</summary>
    Content,

    /// <summary>The store cannot be reached, or is too busy: it may be there again in a moment.</summary>
    Unavailable,

    /// <summary>The store is there and refuses: somebody has to mend credentials, permissions or an address.</summary>
    Refused,
}

/// <summary>An artifact could not be stored, fetched or trusted. The message says which, why, and what to do.</summary>
public sealed class ArtifactException : Exception
{
    public ArtifactException(string message, ArtifactFailure failure = ArtifactFailure.Content)
        : base(message)
    {
        Failure = failure;
    }

    public ArtifactException(string message, Exception? innerException, ArtifactFailure failure = ArtifactFailure.Content)
        : base(message, innerException)
    {
        Failure = failure;
    }

    /// <summary>Whether trying again can help, and when.</summary>
    public ArtifactFailure Failure { get; }
}
