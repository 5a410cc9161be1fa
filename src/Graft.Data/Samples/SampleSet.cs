using Graft.Data.Records;

namespace Graft.Data.Samples;

/// <summary>What became of the records of a file. Nothing is left out without being counted here.</summary>
public sealed record SampleCounts
{
    /// <summary>Lines that hold anything.</summary>
    public int Records { get; init; }

    /// <summary>Those left out because they cannot be used.</summary>
    public int Bad { get; init; }

    /// <summary>Those cut to the longest sequence.</summary>
    public int Truncated { get; init; }

    /// <summary>Those left out for their length.</summary>
    public int TooLong { get; init; }
}

/// <summary>A record that was left out for its length.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Its line.</param>
/// <param name="Tokens">Its length.</param>
public sealed record TooLongRecord(string File, int Line, int Tokens);

/// <summary>The samples of one file, in its order.</summary>
/// <param name="Samples">The samples; packed, each is a span of several records.</param>
/// <param name="Records">The records behind them, for generation; as many as were kept.</param>
/// <param name="Counts">What became of the records.</param>
/// <param name="FirstBad">The first few records that were left out as bad, for a warning.</param>
public sealed record SampleSet(
    IReadOnlyList<Sample> Samples, IReadOnlyList<SourceRecord> Records, SampleCounts Counts, IReadOnlyList<BadRecord> FirstBad)
{
    /// <summary>The first record that was left out for its length; null where none was.</summary>
    public TooLongRecord? FirstTooLong { get; init; }

    /// <summary>The names of the records' fields that change nothing.</summary>
    public IReadOnlyCollection<string> UnusedFields { get; init; } = [];

    /// <summary>Reads and encodes a file.</summary>
    /// <param name="file">The JSONL file.</param>
    /// <param name="options">How its records become samples.</param>
    /// <param name="encoder">Makes the tokens.</param>
    /// <param name="maxRecords">Stop after so many usable records; all without it.</param>
    /// <param name="onRecord">Told after each record how many have been read.</param>
    /// <exception cref="DatasetException">
    /// The file is missing or gives no samples, most of its records are too long to hold an answer, or a record cannot be used and the
    /// policy is to stop.
    /// </exception>
    public static SampleSet Load(
        string file, DataOptions options, SampleEncoder encoder, int? maxRecords = null, Action<long>? onRecord = null) =>
        new SampleLoader(file, options, encoder).Load(maxRecords, onRecord);

    /// <summary>The file of a record's picture, which lies beside the data set's file; null where it has none.</summary>
    /// <exception cref="BadRecordException">It is not there.</exception>
    public static string? PictureOf(SourceRecord record, string file)
    {
        if (record.Picture is not { } name)
        {
            return null;
        }

        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, name);
        return File.Exists(path)
            ? path
            : throw new BadRecordException($"the image '{name}' is not there", "put the file beside the JSONL file, or remove the record");
    }
}
