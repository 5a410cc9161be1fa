using System.Text.RegularExpressions;
using Graft.Api.Planning;
using Graft.Operator.Pods;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>
/// The warnings of others about the operator's own Jobs and pods: the newest of each reason, a few for each object, cut. Warnings about
/// anything else are forgotten at once, or, as an event may come before the object that it is about, after a while.
/// </summary>
/// <param name="time">The clock.</param>
public sealed partial class ChildEventCache(TimeProvider time)
{
    /// <summary>The most reasons that are kept for an object.</summary>
    public const int LargestPerObject = 6;

    /// <summary>The most warnings that are kept about objects that are not known.</summary>
    public const int LargestUnknown = 1000;

    private const int LongestMessage = 1024;

    /// <summary>How long a warning about an unknown object is kept.</summary>
    private static readonly TimeSpan UnknownMemory = TimeSpan.FromMinutes(1);

    /// <summary>How soon the same warning is told again: its cause may be an old one or one that came back.</summary>
    private static readonly TimeSpan Repetition = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _known = [];
    private readonly Dictionary<string, List<ChildEvent>> _warnings = [];
    private readonly Queue<(ChildEvent Event, long Since)> _unknown = new();

    /// <summary>How many of <see cref="_unknown"/> are about an object: most that appear have none.</summary>
    private readonly Dictionary<string, int> _unknownUids = [];

    /// <summary>Called with the kind, namespace and name of an object of ours about which something new is known.</summary>
    public event Action<V1ObjectReference>? Changed;

    /// <summary>The number of warnings that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _unknown.Count + _warnings.Values.Sum(list => list.Count);
            }
        }
    }

    /// <summary>The warnings about objects.</summary>
    public IReadOnlyList<ChildEvent> Of(IEnumerable<string> uids)
    {
        lock (_gate)
        {
            return [.. uids.SelectMany(uid => _warnings.TryGetValue(uid, out var known) ? known : [])];
        }
    }

    /// <summary>Takes an event from the server.</summary>
    public void Take(Eventsv1Event written)
    {
        if (written.Type != "Warning"
            || written.Regarding is not { Kind: V1Job.KubeKind or V1Pod.KubeKind, Uid: { Length: > 0 } uid } regarding)
        {
            return;
        }

        var warning = Read(written, uid);
        bool isNew;
        lock (_gate)
        {
            if (!_known.Contains(uid))
            {
                Drop();
                _unknown.Enqueue((warning, time.GetTimestamp()));
                _unknownUids[uid] = _unknownUids.GetValueOrDefault(uid) + 1;
                return;
            }

            isNew = Add(warning);
        }

        if (isNew)
        {
            Changed?.Invoke(regarding);
        }
    }

    /// <summary>A Job or pod of ours has become known.</summary>
    public void Appeared(string uid)
    {
        lock (_gate)
        {
            _known.Add(uid);
            if (_unknownUids.ContainsKey(uid))
            {
                foreach (var (warning, _) in _unknown.Where(entry => entry.Event.Uid == uid))
                {
                    Add(warning);
                }
            }
        }
    }

    /// <summary>A Job or pod of ours is gone.</summary>
    public void Forget(string uid)
    {
        lock (_gate)
        {
            _known.Remove(uid);
            _warnings.Remove(uid);
        }
    }

    /// <summary>Keeps a warning.</summary>
    /// <returns>Whether it says something new.</returns>
    private bool Add(ChildEvent warning)
    {
        if (!_warnings.TryGetValue(warning.Uid, out var list))
        {
            _warnings[warning.Uid] = list = [];
        }

        var index = list.FindIndex(known => known.Reason == warning.Reason);
        if (index < 0)
        {
            list.Add(warning);
            if (list.Count > LargestPerObject)
            {
                list.Remove(list.MinBy(known => known.Last)!);
            }

            return true;
        }

        var old = list[index];
        var isNewer = warning.Last >= old.Last;
        // Nodes say now and then that a volume is still missing, without what they have said before: why.
        var message = isNewer && !warning.Message.StartsWith("Unable to attach or mount volumes", StringComparison.Ordinal)
            ? warning.Message
            : old.Message;
        list[index] = old with
        {
            Message = message,
            First = warning.First < old.First ? warning.First : old.First,
            Last = isNewer ? warning.Last : old.Last,
        };
        return message != old.Message || warning.Last - old.Last >= Repetition;
    }

    private void Drop()
    {
        while (_unknown.TryPeek(out var oldest) && (_unknown.Count >= LargestUnknown || time.GetElapsedTime(oldest.Since) > UnknownMemory))
        {
            _unknown.Dequeue();
            if (--_unknownUids[oldest.Event.Uid] == 0)
            {
                _unknownUids.Remove(oldest.Event.Uid);
            }
        }
    }

    private static ChildEvent Read(Eventsv1Event written, string uid)
    {
        var last =
            written.Series?.LastObservedTime ?? written.DeprecatedLastTimestamp ?? written.EventTime ?? written.Metadata.CreationTimestamp;
        var first = written.EventTime ?? written.DeprecatedFirstTimestamp ?? written.Metadata.CreationTimestamp ?? last;
        return new ChildEvent(
            uid, ReportText.Plain(written.Reason ?? "", 128), Settled(written.Note ?? ""), PodReading.At(first) ?? default,
            PodReading.At(last) ?? default);
    }

    /// <summary>The message without what differs at each try: random names of pods, identities of sandboxes.</summary>
    private static string Settled(string note)
    {
        var text = note.StartsWith("(combined from similar events): ", StringComparison.Ordinal)
            ? note["(combined from similar events): ".Length..]
            : note;
        return ReportText.Plain(Identity().Replace(RandomName().Replace(text, "pods \"$1-…\""), "…"), LongestMessage);
    }

    [GeneratedRegex("pods \"([^\"]+)-[a-z0-9]{5}\"")]
    private static partial Regex RandomName();

    [GeneratedRegex("[0-9a-f]{32,}")]
    private static partial Regex Identity();
}
