using CsCheck;
using Graft.Operator.Runtime;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Graft.Operator.Tests.Runtime;

public sealed class InformerTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedSource _source = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _told = [];
    private Task _run = Task.CompletedTask;

    [Fact]
    public async Task A_list_of_several_pages_is_told_whole_before_the_informer_is_synced()
    {
        Put("a", "b", "c", "d", "e");

        var informer = Start();
        await informer.Synced;

        Assert.Equal(["+a", "+b", "+c", "+d", "+e"], _told);
        Assert.Equal(5, informer.Cache.Count);
    }

    [Fact]
    public async Task Managed_fields_are_not_kept()
    {
        Put("a");
        var informer = Start();
        await informer.Synced;

        Put("b");
        await UntilAsync(() => informer.Cache.Count == 2);

        Assert.All(informer.Cache.All(), item => Assert.Null(item.Metadata.ManagedFields));
    }

    [Fact]
    public async Task A_watch_that_ends_is_resumed_without_a_new_list()
    {
        var informer = Start();
        await informer.Synced;
        Put("a");
        await UntilAsync(() => informer.Cache.Count == 1);

        _source.BreakWatch();
        Put("b");
        await UntilAsync(() => informer.Cache.Count == 2);

        Assert.Equal(1, informer.Lists);
        Assert.Equal(["+a", "+b"], _told);
    }

    [Fact]
    public async Task An_expired_version_leads_to_a_new_list_that_tells_what_was_missed_deletions_too()
    {
        Put("a", "b", "c");
        var informer = Start();
        await informer.Synced;
        await UntilAsync(() => _source.Watches == 1);
        _told.Clear();

        _source.Delivers = false;
        _source.Delete("b");
        Put("c", "d");
        _source.Compact();
        _source.Delivers = true;
        _source.BreakWatch();
        await UntilAsync(() => informer.Lists == 2);

        Assert.Equal(["~c", "+d", "-b"], _told);
    }

    [Fact]
    public async Task A_list_that_breaks_off_after_a_page_deletes_nothing()
    {
        Put("a", "b", "c", "d");
        var informer = Start();
        await informer.Synced;
        await UntilAsync(() => _source.Watches == 1);
        _told.Clear();
        var breaks = 3;
        _source.BeforePage = page =>
        {
            if (page == 1 && breaks-- > 0)
            {
                throw new HttpRequestException("the connection broke");
            }
        };

        _source.Delivers = false;
        Put("d");
        _source.Compact();
        _source.Delivers = true;
        _source.BreakWatch();
        await UntilAsync(() => informer.Lists == 2);

        Assert.True(breaks < 0);
        Assert.Equal(["~d"], _told);
        Assert.Equal(4, informer.Cache.Count);
    }

    [Fact]
    public async Task A_watch_that_goes_silent_is_opened_anew_where_it_stood()
    {
        Put("a");
        var informer = Start();
        await informer.Synced;
        await UntilAsync(() => _source.Watches == 1);

        _source.Delivers = false;
        Put("b");
        _source.Delivers = true;
        await UntilAsync(() => informer.Cache.Count == 2);

        Assert.Equal(1, informer.Lists);
        Assert.True(_source.Watches >= 2);
    }

    [Fact]
    public async Task A_bookmark_moves_the_version_from_which_a_watch_is_resumed()
    {
        var informer = Start();
        await informer.Synced;
        await UntilAsync(() => _source.Watches == 1);
        _source.Bookmark();
        await UntilAsync(() => _source.Digested == 1);

        _source.Compact();
        _source.BreakWatch();
        await UntilAsync(() => _source.Watches >= 2);
        Put("a");
        await UntilAsync(() => informer.Cache.Count == 1);

        Assert.Equal(1, informer.Lists);
    }

    [Fact]
    public async Task An_object_deleted_and_made_again_unseen_is_two_changes()
    {
        Put("a");
        var informer = Start();
        await informer.Synced;
        await UntilAsync(() => _source.Watches == 1);
        _told.Clear();

        _source.Delivers = false;
        _source.Delete("a");
        Put("a");
        _source.Compact();
        _source.Delivers = true;
        _source.BreakWatch();
        await UntilAsync(() => informer.Lists == 2);

        Assert.Equal(["-a", "+a"], _told);
    }

    /// <summary>Whatever happens to objects and watches, in the end the cache is what the server has, and so is what was told.</summary>
    [Fact]
    public async Task After_any_faults_the_cache_and_what_was_told_equal_the_server()
    {
        await Gen.Select(Gen.Int[0, 5], Gen.Int[0, 6]).List[1, 40].SampleAsync(
            async steps =>
            {
                var source = new ScriptedSource();
                var time = new FakeTimeProvider();
                using var stop = new CancellationTokenSource();
                var told = new Dictionary<string, string>();
                var informer = new Informer<V1ConfigMap>(
                    source, new InformerOptions { FirstPause = TimeSpan.FromMilliseconds(1) }, time, new Random(1), NullLogger.Instance);
                informer.Changed += change =>
                {
                    Assert.Equal(change.Old is not null, told.ContainsKey(change.Latest.Metadata.Name));
                    told.Remove(change.Latest.Metadata.Name);
                    if (change.New is { } now)
                    {
                        told.Add(now.Metadata.Name, now.Metadata.ResourceVersion);
                    }
                };
                var run = informer.RunAsync(stop.Token);
                foreach (var (kind, index) in steps)
                {
                    var name = $"o{index}";
                    switch (kind)
                    {
                        case 0 or 1:
                            source.Put(name);
                            break;
                        case 2:
                            source.Delete(name);
                            break;
                        case 3:
                            source.BreakWatch();
                            break;
                        case 4:
                            source.Compact();
                            break;
                        case 5:
                            source.Delivers = !source.Delivers;
                            break;
                    }

                    await Task.Yield();
                }

                source.Delivers = true;
                var limit = DateTime.UtcNow.AddMinutes(2);
                while (!Same(source.Content, informer) && DateTime.UtcNow < limit)
                {
                    time.Advance(TimeSpan.FromSeconds(200));
                    await Task.Delay(1);
                }

                await stop.CancelAsync();
                await run;
                Assert.Equal(source.Content.OrderBy(entry => entry.Key), told.OrderBy(entry => entry.Key));
            },
            iter: 60,
            threads: 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private static bool Same(IReadOnlyDictionary<string, string> server, Informer<V1ConfigMap> informer)
    {
        var cached = informer.Cache.All().ToDictionary(item => item.Metadata.Name, item => item.Metadata.ResourceVersion);
        return informer.Synced.IsCompleted
            && cached.Count == server.Count
            && server.All(entry => cached.TryGetValue(entry.Key, out var version) && version == entry.Value);
    }

    private Informer<V1ConfigMap> Start()
    {
        var informer = new Informer<V1ConfigMap>(_source, new InformerOptions(), _time, new Random(7), NullLogger.Instance);
        informer.Changed += change =>
        {
            lock (_told)
            {
                _told.Add((change.Old is null ? "+" : change.New is null ? "-" : "~") + change.Latest.Metadata.Name);
            }
        };
        _run = informer.RunAsync(_stop.Token);
        return informer;
    }

    private void Put(params string[] names)
    {
        foreach (var name in names)
        {
            _source.Put(name);
        }
    }

    /// <summary>Lets time pass until something is so.</summary>
    private async Task UntilAsync(Func<bool> condition)
    {
        var limit = DateTime.UtcNow.AddMinutes(2);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < limit, "it did not come to pass");
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
