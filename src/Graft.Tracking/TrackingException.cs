namespace Graft.Tracking;

/// <summary>The settings for tracking cannot be used: a mistake to correct before training starts, never an outage.</summary>
public sealed class TrackingException : Exception
{
    public TrackingException(string message)
        : base(message)
    {
    }

    public TrackingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
