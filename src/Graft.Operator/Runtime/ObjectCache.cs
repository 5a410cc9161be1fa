using System.Diagnostics.CodeAnalysis;
using k8s;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>
/// The objects of one kind as last seen, found by key or by index. What it returns is shared: read it, never change it.
/// </summary>
public sealed class ObjectCache<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, T> _objects = [];
    private readonly Dictionary<string, Index> _indexes = [];

    /// <summary>The number of objects.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _objects.Count;
            }
        }
    }

    /// <summary>Adds an index; before the first object comes.</summary>
    /// <param name="name">The index's name.</param>
    /// <param name="values">The values under which an object is found.</param>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_gate)
        {
            _indexes.Add(name, new Index(values));
        }
    }

    public bool TryGet(ObjectKey key, [MaybeNullWhen(false)] out T resource)
    {
        lock (_gate)
        {
            return _objects.TryGetValue(key, out resource);
        }
    }

    /// <summary>The object, or null.</summary>
    public T? Find(ObjectKey key)
    {
        return TryGet(key, out var resource) ? resource : null;
    }

    /// <summary>All objects, as they are now.</summary>
    public IReadOnlyList<T> All()
    {
        lock (_gate)
        {
            return [.. _objects.Values];
        }
    }

    /// <summary>The objects under a value of an index, by name.</summary>
    public IReadOnlyList<T> Indexed(string index, string value)
    {
        lock (_gate)
        {
            return _indexes[index].Keys.TryGetValue(value, out var keys)
                ? [.. keys.Select(key => _objects[key]).OrderBy(found => found.Metadata.Name, StringComparer.Ordinal)]
                : [];
        }
    }

    /// <summary>Adds or replaces an object.</summary>
    /// <returns>What was there before.</returns>
    public T? Put(T resource)
    {
        var key = ObjectKey.Of(resource);
        lock (_gate)
        {
            var old = Unlink(key);
            _objects[key] = resource;
            foreach (var index in _indexes.Values)
            {
                index.Add(key, resource);
            }

            return old;
        }
    }

    /// <summary>Removes an object.</summary>
    /// <returns>What was there.</returns>
    public T? Remove(ObjectKey key)
    {
        lock (_gate)
        {
            var old = Unlink(key);
            _objects.Remove(key);
            return old;
        }
    }

    /// <summary>The keys of all objects.</summary>
    public IReadOnlyCollection<ObjectKey> Keys()
    {
        lock (_gate)
        {
            return [.. _objects.Keys];
        }
    }

    private T? Unlink(ObjectKey key)
    {
        if (!_objects.TryGetValue(key, out var old))
        {
            return null;
        }

        foreach (var index in _indexes.Values)
        {
            index.Remove(key, old);
        }

        return old;
    }

    private sealed class Index(Func<T, IEnumerable<string>> values)
    {
        public Dictionary<string, HashSet<ObjectKey>> Keys { get; } = [];

        public void Add(ObjectKey key, T resource)
        {
            foreach (var value in values(resource))
            {
                if (!Keys.TryGetValue(value, out var keys))
                {
                    Keys[value] = keys = [];
                }

                keys.Add(key);
            }
        }

        public void Remove(ObjectKey key, T resource)
        {
            foreach (var value in values(resource))
            {
                if (Keys.TryGetValue(value, out var keys) && keys.Remove(key) && keys.Count == 0)
                {
                    Keys.Remove(value);
                }
            }
        }
    }
}
