namespace Graft.Tracking.Rest;

/// <summary>What to do about a request that failed.</summary>
internal enum MlflowFailure
{
    /// <summary>No answer, or the server says that it is busy: try again.</summary>
    Unavailable,

    /// <summary>The server failed at the request (500). Passing troubles look like that, and so do requests it cannot handle.</summary>
    ServerFault,

    /// <summary>Address or credentials are wrong: nothing gets through until a person corrects them. Try again at leisure.</summary>
    Denied,

    /// <summary>What was asked for is not there.</summary>
    NotFound,

    /// <summary>The request itself is at fault: sending it again is no use.</summary>
    Refused,

    /// <summary>The run was deleted on the server: nothing more can be recorded.</summary>
    RunDeleted,
}

/// <summary>A request to MLflow failed; the message tells a person why.</summary>
internal sealed class MlflowException(
    MlflowFailure failure, string message, string? errorCode = null, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception(message, inner)
{
    public MlflowFailure Failure { get; } = failure;

    public string? ErrorCode { get; } = errorCode;

    /// <summary>How long the server asks to wait.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
