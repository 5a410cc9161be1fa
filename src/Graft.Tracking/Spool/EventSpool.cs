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
    private readonly FileStream _exclusive;
    private readonly FileStream _appender;
    private readonly string _statePath;
    private long _length;
    private long _synced;

    private EventSpool(FileStream exclusive, string path)
    {
        _exclusive = exclusive;
        Path = path;
        _statePath = System.IO.Path.ChangeExtension(path, ".delivered.json");
        UnfinishedFiles.Sweep(System.IO.Path.GetDirectoryName(path)!);
        _appender = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        Recorded = Recover();
    }

    /// <summary>The spool file, for messages.</summary>
    public string Path { get; }

    /// <summary>The points that earlier processes put in.</summary>
    public RecordedPoints Recorded { get; }

    /// <summary>When the run began, in milliseconds since 1970: the time of the first status; null in a new spool.</summary>
    public long? Began { get; private set; }

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
    public static EventSpool Open(string folder, string runUid)
    {
        Directory.CreateDirectory(folder);
        var path = System.IO.Path.Combine(folder, FileName(runUid));
        FileStream exclusive;
        try
        {
            exclusive = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new IOException($"Another process records the run '{runUid}' (it holds '{path}.lock'). End it first.", error);
        }

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
                Began ??= status.At;
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
    public long CountFrom(long offset)
    {
        var count = 0L;
        for (var entries = Read(offset); entries.Count > 0; entries = Read(entries[^1].End))
        {
            count += entries.Count;
        }

        return count;
    }

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

    public DeliveryState? LoadState()
    {
        try
        {
            var state = File.Exists(_statePath) ? JsonSerializer.Deserialize<DeliveryState>(File.ReadAllText(_statePath)) : null;
            return state is { Offset: >= 0 } && state.Offset <= _length ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
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
                    Began ??= status.At;
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
