using Graft.Operator.Controllers;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Controllers;

public sealed class ChildEventCacheTests
{
    private static readonly DateTime Start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly ChildEventCache _cache = new(TimeProvider.System);
    private readonly List<string> _changed = [];

    public ChildEventCacheTests()
    {
        _cache.Changed += regarding => _changed.Add(regarding.Name);
    }

    [Fact]
    public void The_newest_warning_of_each_reason_is_kept_and_told_once()
    {
        _cache.Appeared("u1");
        _cache.Take(Event("u1", "FailedCreate", "pods \"quick-1-ab12c\" is forbidden: exceeded quota", 0));
        _cache.Take(Event("u1", "FailedCreate", "pods \"quick-1-zz9yx\" is forbidden: exceeded quota", 10));

        var kept = Assert.Single(_cache.Of(["u1"]));
        Assert.Equal("pods \"quick-1-…\" is forbidden: exceeded quota", kept.Message);
        Assert.Equal((Start, Start.AddSeconds(10)), (kept.First.UtcDateTime, kept.Last.UtcDateTime));
        Assert.Single(_changed);

        _cache.Take(Event("u1", "FailedCreate", "pods \"quick-1-zz9yx\" is forbidden: no PriorityClass", 20));
        Assert.Equal(2, _changed.Count);
    }

    [Fact]
    public void A_warning_that_comes_before_its_object_is_kept_until_that_comes()
    {
        _cache.Take(Event("u1", "FailedMount", "secret \"x\" not found", 0));
        Assert.Empty(_cache.Of(["u1"]));
        _cache.Appeared("u1");
        Assert.Single(_cache.Of(["u1"]));
        _cache.Forget("u1");
        Assert.Empty(_cache.Of(["u1"]));
    }

    [Fact]
    public void What_is_kept_is_bounded_whatever_a_cluster_says()
    {
        _cache.Appeared("u1");
        for (var i = 0; i < 5000; i++)
        {
            _cache.Take(Event($"stranger-{i}", "FailedMount", new string('x', 10_000), i));
            _cache.Take(Event("u1", $"Reason{i}", new string('x', 10_000), i));
        }

        Assert.True(_cache.Count <= ChildEventCache.LargestUnknown + ChildEventCache.LargestPerObject, $"{_cache.Count}");
        Assert.All(_cache.Of(["u1"]), warning => Assert.True(warning.Message.Length <= 1024));
        Assert.Contains(_cache.Of(["u1"]), warning => warning.Reason == "Reason4999");
    }

    [Fact]
    public void What_is_normal_or_about_other_kinds_is_not_kept()
    {
        _cache.Appeared("u1");
        var normal = Event("u1", "SuccessfulCreate", "Created pod", 0);
        normal.Type = "Normal";
        var other = Event("u1", "ScalingReplicaSet", "x", 0);
        other.Regarding.Kind = "Deployment";
        _cache.Take(normal);
        _cache.Take(other);
        Assert.Empty(_cache.Of(["u1"]));
    }

    private static Eventsv1Event Event(string uid, string reason, string note, int seconds)
    {
        return new Eventsv1Event
        {
            Metadata = new V1ObjectMeta { CreationTimestamp = Start },
            Type = "Warning",
            Reason = reason,
            Note = note,
            DeprecatedFirstTimestamp = Start,
            DeprecatedLastTimestamp = Start.AddSeconds(seconds),
            Regarding = new V1ObjectReference { Kind = "Job", Name = "quick-1", NamespaceProperty = "team", Uid = uid },
        };
    }
}
