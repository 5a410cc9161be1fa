using System.Reflection;
using Graft.Api.V1Alpha1;

namespace Graft.Operator.Pods;

/// <summary>A kind of waiting, and how long it may last before somebody's help is called for.</summary>
public sealed class WaitingKind
{
    public static readonly WaitingKind PodRefused = new(Reasons.PodRefused, TimeSpan.FromMinutes(1));
    public static readonly WaitingKind PodNotCreated = new(Reasons.PodNotCreated, TimeSpan.FromMinutes(10));
    public static readonly WaitingKind Unschedulable = new(Reasons.Unschedulable, TimeSpan.FromMinutes(10));
    public static readonly WaitingKind ImagePullFailed = new(Reasons.ImagePullFailed, TimeSpan.FromMinutes(2));
    public static readonly WaitingKind VolumeNotMounted = new(Reasons.VolumeNotMounted, TimeSpan.FromMinutes(2));
    public static readonly WaitingKind ContainerNotStarted = new(Reasons.ContainerNotStarted, TimeSpan.FromMinutes(2));
    public static readonly WaitingKind PodNotEnding = new(Reasons.PodNotEnding, TimeSpan.FromMinutes(5));

    /// <summary>A node that says nothing: most often it still fetches a large image.</summary>
    public static readonly WaitingKind Starting = new(Reasons.ContainerNotStarted, TimeSpan.FromMinutes(30));

    /// <summary>Held by somebody's will, for as long as that lasts.</summary>
    public static readonly WaitingKind Held = new(Reasons.Waiting, Timeout.InfiniteTimeSpan);

    private WaitingKind(string reason, TimeSpan patience)
    {
        Reason = reason;
        Patience = patience;
        Remedy = typeof(Reasons).GetField(reason)!.GetCustomAttribute<ReasonAttribute>()!.Remedy;
    }

    /// <summary>The condition's reason once it has lasted too long; one of <see cref="Reasons"/>.</summary>
    public string Reason { get; }

    /// <summary>How long it may last; infinite where it may last for ever.</summary>
    public TimeSpan Patience { get; }

    /// <summary>What to do about it, as the catalogue of reasons says.</summary>
    public string Remedy { get; }
}

/// <summary>Why a Job or pod waits.</summary>
/// <param name="Kind">The kind of waiting.</param>
/// <param name="Message">Who or what holds it up, as a sentence.</param>
/// <param name="Since">Since when.</param>
public sealed record Wait(WaitingKind Kind, string Message, DateTimeOffset Since)
{
    /// <summary>How long it may still last before it is called a standstill; null where it is one, or can be none.</summary>
    public TimeSpan? Left(DateTimeOffset now)
    {
        if (Kind.Patience == Timeout.InfiniteTimeSpan)
        {
            return null;
        }

        var left = Since + Kind.Patience - now;
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>Whether it has lasted too long.</summary>
    public bool IsStandstill(DateTimeOffset now)
    {
        return Kind.Patience != Timeout.InfiniteTimeSpan && Left(now) is null;
    }
}
