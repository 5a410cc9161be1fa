using System.Collections.Concurrent;
using k8s;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>
/// Keeps a controller from deciding on a cache that has not yet seen the controller's own writes: it would write the same again.
/// A write is expected until the cache has it, or something newer, or the object is gone, or the time is up (a watch that is down
/// must not stop the controller; deterministic names and preconditions keep a repeated write harmless).
/// </summary>
public sealed class WriteExpectations(TimeProvider time, TimeSpan patience)
{
    private readonly ConcurrentDictionary<(Type Kind, ObjectKey Key), Expected> _expected = new();

    /// <summary>Remembers a write by what the server answered.</summary>
    public void Wrote<T>(T answer)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        _expected[(typeof(T), ObjectKey.Of(answer))] = new Expected(answer.Metadata.ResourceVersion, time.GetTimestamp());
    }

    /// <summary>Takes note of a deletion: what was written will never be seen.</summary>
    public void Deleted<T>(ObjectKey key)
    {
        _expected.TryRemove((typeof(T), key), out _);
    }

    /// <summary>Whether the cache has what was last written of this object; otherwise the change that brings it is still to come.</summary>
    /// <param name="key">The object.</param>
    /// <param name="cached">What the cache has of it.</param>
    public bool Fulfilled<T>(ObjectKey key, T? cached)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (!_expected.TryGetValue((typeof(T), key), out var expected))
        {
            return true;
        }

        if (cached is null || ResourceVersion.IsAfter(expected.ResourceVersion, cached.Metadata.ResourceVersion))
        {
            return time.GetElapsedTime(expected.At) >= patience;
        }

        _expected.TryRemove(new KeyValuePair<(Type, ObjectKey), Expected>((typeof(T), key), expected));
        return true;
    }

    /// <summary>Whether something was written that the cache has not been found to have, however long ago.</summary>
    public bool AreOpen<T>(ObjectKey key)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        return _expected.ContainsKey((typeof(T), key));
    }

    private sealed record Expected(string ResourceVersion, long At);
}
