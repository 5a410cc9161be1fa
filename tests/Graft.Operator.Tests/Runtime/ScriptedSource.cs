using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using k8s.Models;

namespace Graft.Operator.Tests.Runtime;

/// <summary>
/// A source of events whose every move a test decides: a store with versions, pages of two, watches that can be broken, go silent
/// or find their version gone.
/// </summary>
internal sealed class ScriptedSource : IListWatch<V1ConfigMap>
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, V1ConfigMap> _objects = new(StringComparer.Ordinal);
    private readonly List<(long Version, WatchEvent<V1ConfigMap> Event)> _history = [];
    private Channel<WatchEvent<V1ConfigMap>?>? _watch;
    private long _version = 1;
    private long _forgotten;
    private bool _deaf;
    private (IReadOnlyList<V1ConfigMap> Items, long Version) _snapshot = ([], 0);

    public int Lists { get; private set; }

    public int Watches { get; private set; }

    /// <summary>Events after which the next was asked for.</summary>
    public int Digested { get; private set; }

    /// <summary>Called before each page is given out.</summary>
    public Action<int>? BeforePage { get; set; }

    /// <summary>Whether watches report what happens. One that has missed something is dead: it stays open and says nothing more.</summary>
    public bool Delivers { get; set; } = true;

    public IReadOnlyDictionary<string, string> Content
    {
        get
        {
            lock (_gate)
            {
                return _objects.ToDictionary(entry => entry.Key, entry => entry.Value.Metadata.ResourceVersion);
            }
        }
    }

    public void Put(string name)
    {
        lock (_gate)
        {
            var known = _objects.ContainsKey(name);
            var version = (++_version).ToString(CultureInfo.InvariantCulture);
            var uid = known ? _objects[name].Metadata.Uid : Guid.NewGuid().ToString();
            var stored = Make(name, version, uid);
            _objects[name] = stored;
            Publish(new WatchEvent<V1ConfigMap>(known ? WatchEventKind.Modified : WatchEventKind.Added, Make(name, version, uid)));
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            if (_objects.Remove(name, out var old))
            {
                Publish(new WatchEvent<V1ConfigMap>(
                    WatchEventKind.Deleted, Make(name, (++_version).ToString(CultureInfo.InvariantCulture), old.Metadata.Uid)));
            }
        }
    }

    public void Bookmark()
    {
        lock (_gate)
        {
            Deliver(new WatchEvent<V1ConfigMap>(
                WatchEventKind.Bookmark, Make("", (++_version).ToString(CultureInfo.InvariantCulture), "")));
        }
    }

    /// <summary>Ends the open watch.</summary>
    public void BreakWatch()
    {
        lock (_gate)
        {
            _watch?.Writer.TryComplete();
        }
    }

    /// <summary>Forgets the history: watches from older versions are refused as expired.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _forgotten = _version;
            _history.Clear();
        }
    }

    public Task<GraftList<V1ConfigMap>> ListAsync(string? continueToken, CancellationToken cancellationToken)
    {
        var first = continueToken is null ? 0 : int.Parse(continueToken, CultureInfo.InvariantCulture);
        BeforePage?.Invoke(first / 2);
        lock (_gate)
        {
            if (first == 0)
            {
                // As on the API server, all pages of a list show the state at the first.
                _snapshot = ([.. _objects.Values], _version);
            }

            var page = _snapshot.Items.Skip(first).Take(2)
                .Select(item => Make(item.Metadata.Name, item.Metadata.ResourceVersion, item.Metadata.Uid));
            var more = first + 2 < _snapshot.Items.Count;
            Lists += more ? 0 : 1;
            return Task.FromResult(new GraftList<V1ConfigMap>
            {
                Metadata = new V1ListMeta
                {
                    ResourceVersion = _snapshot.Version.ToString(CultureInfo.InvariantCulture),
                    ContinueProperty = more ? (first + 2).ToString(CultureInfo.InvariantCulture) : null,
                },
                Items = [.. page],
            });
        }
    }

    public async IAsyncEnumerable<WatchEvent<V1ConfigMap>> WatchAsync(
        string resourceVersion, TimeSpan duration, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Channel<WatchEvent<V1ConfigMap>?> channel;
        lock (_gate)
        {
            Watches++;
            var from = long.Parse(resourceVersion, CultureInfo.InvariantCulture);
            if (from < _forgotten)
            {
                throw new ApiException(HttpStatusCode.Gone, "Expired", "too old resource version");
            }

            _deaf = false;
            channel = _watch = Channel.CreateUnbounded<WatchEvent<V1ConfigMap>?>();
            foreach (var (_, missed) in _history.Where(entry => entry.Version > from))
            {
                Deliver(missed);
            }
        }

        await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
        {
            yield return change!;
            Digested++;
        }
    }

    private void Publish(WatchEvent<V1ConfigMap> change)
    {
        _history.Add((_version, change));
        Deliver(change);
    }

    private void Deliver(WatchEvent<V1ConfigMap> change)
    {
        _deaf |= !Delivers;
        if (!_deaf)
        {
            _watch?.Writer.TryWrite(change);
        }
    }

    private static V1ConfigMap Make(string name, string version, string uid)
    {
        return new V1ConfigMap
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = "ns",
                ResourceVersion = version,
                Uid = uid,
                ManagedFields = [new V1ManagedFieldsEntry { Manager = "somebody" }],
            },
        };
    }
}
