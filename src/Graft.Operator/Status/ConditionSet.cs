using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Status;

/// <summary>
/// Builds a resource's conditions from the ones that it has: the time of a condition moves only with its status, and a message is
/// cut to what the API server takes.
/// </summary>
/// <param name="before">The conditions so far.</param>
/// <param name="generation">The generation of the spec that they will speak of.</param>
/// <param name="now">The time.</param>
public sealed class ConditionSet(IEnumerable<V1Condition>? before, long generation, DateTimeOffset now)
{
    public const string True = "True";
    public const string False = "False";
    public const string Unknown = "Unknown";

    private const int LongestMessage = 32768;
    private readonly Dictionary<string, V1Condition> _before = (before ?? []).ToDictionary(condition => condition.Type);
    private readonly List<V1Condition> _after = [];

    /// <summary>Sets a condition.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="status"><see cref="True"/>, <see cref="False"/> or <see cref="Unknown"/>.</param>
    /// <param name="reason">Its reason, CamelCase.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="since">Since when, where something else than a change of status tells.</param>
    public void Set(string type, string status, string reason, string? message, DateTime? since = null)
    {
        var known = _before.GetValueOrDefault(type);
        _after.RemoveAll(condition => condition.Type == type);
        _after.Add(new V1Condition
        {
            Type = type,
            Status = status,
            Reason = StatusText.Reason(reason, Reasons.Failed),
            Message = StatusText.Clean(message ?? "", LongestMessage),
            ObservedGeneration = generation,
            LastTransitionTime = since ?? (known?.Status == status ? known.LastTransitionTime : Seconds(now)),
        });
    }

    /// <summary>Leaves a condition as it was, or sets it where it was not.</summary>
    public void Keep(string type, string reason, string message)
    {
        if (_before.GetValueOrDefault(type) is { } known)
        {
            Set(type, known.Status, known.Reason, known.Message, known.LastTransitionTime);
        }
        else
        {
            Set(type, Unknown, reason, message);
        }
    }

    /// <summary>The conditions by type, so that the same set is always written the same.</summary>
    public List<V1Condition> ToList()
    {
        return [.. _after.OrderBy(condition => condition.Type, StringComparer.Ordinal)];
    }

    /// <summary>The time without the fractions that the API server drops.</summary>
    public static DateTime Seconds(DateTimeOffset time)
    {
        return new DateTime(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
    }
}
