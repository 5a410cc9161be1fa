using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Graft.Common;

namespace Graft.Tracking.Spool;

/// <summary>An entry and the offset in the spool behind it.</summary>
internal readonly record struct SpooledEvent(TrackingEvent? Event, long End);

/// <summary>
/// What a run recorded, as a file that is only appended to. An entry is in the file before the call that recorded it returns:
/// a killed process loses nothing, and the next one continues where the server's acknowledgement ends.
/// </summary>
internal sealed class EventSpool : IDisposable
{
    private const int ReadSize = 1 << 20;

    private readonly Lock _gate = new();
    private readonly FolderLock _exclusive;
    private readonly FileStream _appender;
    private readonly string _statePath;
    private long _length;
    private long _synced;

    private EventSpool(FolderLock exclusive, string path)
    {
        _exclusive = exclusive;
        Path = path;
        _statePath = StatePath(path);
        UnfinishedFiles.Sweep(System.IO.Path.GetDirectoryName(path)!);
        _appender = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        Recorded = Recover();
    }

    /// <summary>The spool file, for messages.</summary>
    public string Path { get; }

    /// <summary>What to tell people where nothing keeps another process from writing to the spool; else null.</summary>
    public string? Warning => _exclusive.Warning;

    /// <summary>The points that earlier processes put in.</summary>
    public RecordedPoints Recorded { get; }

    /// <summary>When the run began, in milliseconds since 1970: the time of the first status; null in a new spool.</summary>
    public long? Began { get; private set; }

    /// <summary>The last status; null in a new spool.</summary>
    public TrackedStatus? Status { get; private set; }

    public long Length
    {
        get
        {
            lock (_gate)
            {
                return _length;
            }
        }
    }

    /// <exception cref="IOException">The folder cannot be written, or another process records the same run.</exception>
    public static EventSpool Open(string folder, string runUid, TimeProvider time)
    {
        var path = System.IO.Path.Combine(folder, FileName(runUid));
        var exclusive = FolderLock.Take(folder, time, System.IO.Path.GetFileName(path) + ".lock");
        try
        {
            return new EventSpool(exclusive, path);
        }
        catch
        {
            exclusive.Dispose();
            throw;
        }
    }

    public void Append(TrackingEvent entry)
    {
        var line = entry.ToLine();
        lock (_gate)
        {
            // The length counts whole lines: after a write that failed half-way (disk full) the next one replaces the torn line.
            _appender.Position = _length;
            _appender.Write(line);
            _length += line.Length;
            if (entry is StatusEvent status)
            {
                Note(status);
            }
        }
    }

    /// <summary>The entries behind an offset, as many as about a megabyte holds.</summary>
    public IReadOnlyList<SpooledEvent> Read(long offset)
    {
        var available = (int)Math.Min(ReadSize, Length - offset);
        var bytes = new byte[Math.Max(0, available)];
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = offset;
        file.ReadExactly(bytes);
        var entries = new List<SpooledEvent>();
        for (int start = 0, size; (size = bytes.AsSpan(start).IndexOf((byte)'\n')) >= 0; start += size + 1)
        {
            entries.Add(new SpooledEvent(TrackingEvent.FromLine(bytes.AsSpan(start, size)), offset + start + size + 1));
        }

        return entries;
    }

    /// <summary>How many entries lie behind an offset.</summary>
    public long CountFrom(long offset) => From(offset).LongCount();

    /// <summary>The points of a curve, in the order in which they were recorded.</summary>
    public IReadOnlyList<MetricPoint> Points(string key) =>
        [.. From(0).Select(entry => entry.Event).OfType<MetricEvent>().Where(metric => metric.Key == key)
            .Select(metric => new MetricPoint(metric.Step, metric.Value))];

    /// <summary>Brings what was appended to the disk itself, for the case that the machine fails.</summary>
    public void Sync()
    {
        var target = Length;
        if (target > _synced)
        {
            _appender.Flush(flushToDisk: true);
            _synced = target;
        }
    }

    public DeliveryState? LoadState() => LoadState(_statePath, _length);

    /// <summary>How many entries of a spool no server has acknowledged; its process may be writing it.</summary>
    public static long CountWaiting(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var server = SpooledRun.Read(path)?.Server;
        var state = LoadState(StatePath(path), file.Length);
        file.Position = state is null || (server is not null && state.Server != server) ? 0 : state.Offset;
        var count = 0L;
        var buffer = new byte[ReadSize];
        while (file.Read(buffer) is > 0 and var length)
        {
            count += buffer.AsSpan(0, length).Count((byte)'\n');
        }

        return count;
    }

    public void SaveState(DeliveryState state)
    {
        AtomicFile.WriteText(_statePath, JsonSerializer.Serialize(state));
    }

    public void Dispose()
    {
        _appender.Dispose();
        _exclusive.Dispose();
    }

    private static string StatePath(string path) => System.IO.Path.ChangeExtension(path, ".delivered.json");

    private static DeliveryState? LoadState(string path, long length)
    {
        try
        {
            var state = File.Exists(path) ? JsonSerializer.Deserialize<DeliveryState>(File.ReadAllText(path)) : null;
            return state is { Offset: >= 0 } && state.Offset <= length ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private IEnumerable<SpooledEvent> From(long offset)
    {
        for (var entries = Read(offset); entries.Count > 0; entries = Read(entries[^1].End))
        {
            foreach (var entry in entries)
            {
                yield return entry;
            }
        }
    }

    private void Note(StatusEvent status)
    {
        Began ??= status.At;
        Status = status.Status;
    }

    private RecordedPoints Recover()
    {
        var points = new RecordedPoints();
        _length = _appender.Length;
        var whole = 0L;
        for (var entries = Read(0); entries.Count > 0; entries = Read(whole))
        {
            foreach (var (entry, end) in entries)
            {
                whole = end;
                if (entry is MetricEvent metric)
                {
                    points.Add(metric.Key, metric.Step);
                }
                else if (entry is StatusEvent status)
                {
                    Note(status);
                }
            }
        }

        _appender.SetLength(whole);
        _length = _synced = whole;
        return points;
    }

    // A uid is an identity from outside, not a file name.
    private static string FileName(string runUid)
    {
        var readable = new string([.. runUid.Take(40).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')]);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runUid)).AsSpan(0, 4));
        return string.Create(CultureInfo.InvariantCulture, $"{readable}-{hash}.jsonl");
    }
}
