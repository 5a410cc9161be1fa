using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Graft.Cluster.Tests;

/// <summary>A state of an object, and when it was seen, counted from the watch's start.</summary>
public sealed record SeenState(TimeSpan At, string Event, JsonNode Item);

/// <summary>Every state that a namespace's objects of a kind went through, as a watching client sees them.</summary>
public sealed class ResourceWatch : IAsyncDisposable
{
    private readonly ConcurrentQueue<SeenState> _seen = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<ShellResult> _watching;

    /// <param name="watch">Hands each event of the watch, a line of JSON, to its first argument.</param>
    public ResourceWatch(Func<Action<string>, CancellationToken, Task<ShellResult>> watch)
    {
        _watching = watch(Take, _stop.Token);
    }

    /// <summary>The states so far.</summary>
    public IReadOnlyList<SeenState> Seen => [.. _seen];

    /// <summary>The states of one object so far.</summary>
    public IReadOnlyList<SeenState> Of(string name)
    {
        return [.. _seen.Where(state => state.Item.Name() == name)];
    }

    /// <summary>The time since the watch began.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private void Take(string line)
    {
        var happened = JsonNode.Parse(line)!;
        _seen.Enqueue(new SeenState(_clock.Elapsed, happened["type"]!.GetValue<string>(), happened["object"]!));
    }
}
