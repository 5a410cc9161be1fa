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

/// <summary>The samples of one file, in its order.</summary>
/// <param name="Samples">The samples; packed, each is a span of several records.</param>
/// <param name="Records">The records behind them, for generation; as many as were kept.</param>
/// <param name="Counts">What became of the records.</param>
/// <param name="FirstBad">The first few records that were left out as bad, for a warning.</param>
public sealed record SampleSet(
    IReadOnlyList<Sample> Samples, IReadOnlyList<SourceRecord> Records, SampleCounts Counts, IReadOnlyList<BadRecord> FirstBad)
{
    private const int BadToShow = 3;

    /// <summary>Reads and encodes a file.</summary>
    /// <param name="file">The JSONL file.</param>
    /// <param name="options">How its records become samples.</param>
    /// <param name="encoder">Makes the tokens.</param>
    /// <param name="maxRecords">Stop after so many usable records; all without it.</param>
    /// <exception cref="DatasetException">
    /// The file is missing or gives no samples, or a record cannot be used and the policy is to stop.
    /// </exception>
    public static SampleSet Load(string file, DataOptions options, SampleEncoder encoder, int? maxRecords = null)
    {
        var samples = new List<Sample>();
        var records = new List<SourceRecord>();
        var firstBad = new List<BadRecord>();
        var counts = new SampleCounts();
        foreach (var read in new RecordReader(file, options.Parser).Read())
        {
            if (records.Count == maxRecords)
            {
                break;
            }

            counts = counts with { Records = counts.Records + 1 };
            var bad = read.Bad;
            if (read.Record is { } record)
            {
                try
                {
                    var sample = Fit(WithPicture(encoder.Encode(record), record, file), file, read.Line, options, ref counts);
                    if (sample is null)
                    {
                        continue;
                    }

                    if (sample.TrainedTokens > 0)
                    {
                        samples.Add(sample);
                        records.Add(record);
                        continue;
                    }

                    throw new BadRecordException(
                        $"no token of the answer lies within the first {options.MaxLength} tokens, so there is nothing to train on",
                        "raise maxLength, or shorten the record");
                }
                catch (BadRecordException error)
                {
                    bad = new BadRecord(file, read.Line, record.Id, error.Reason, error.Remedy);
                }
            }

            if (options.OnBadRecord == BadRecordPolicy.Error)
            {
                throw new DatasetException($"{bad}, or set onBadRecord to skip");
            }

            counts = counts with { Bad = counts.Bad + 1 };
            if (firstBad.Count < BadToShow)
            {
                firstBad.Add(bad!);
            }
        }

        if (samples.Count == 0)
        {
            var why = counts.Records == 0
                ? "it is empty"
                : $"of its {counts.Records} records {counts.Bad} cannot be used and {counts.TooLong} are too long";
            throw new DatasetException($"{file}: has no record to use: {why}{(firstBad.Count > 0 ? $"; the first: {firstBad[0]}" : "")}");
        }

        IReadOnlyList<Sample> made = options.Packing ? [.. TextPacker.Pack(samples, options.MaxLength)] : samples;
        return new SampleSet(made, records, counts, firstBad);
    }

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

    private static Sample WithPicture(Sample sample, SourceRecord record, string file) =>
        record.Picture is null ? sample : new Sample(sample.Id, sample.Ids, sample.Trained) { Picture = PictureOf(record, file) };

    /// <summary>
    /// The sample within the longest sequence, or null where it is left out. Packing cuts texts anyway, so that none is too long.
    /// </summary>
    private static Sample? Fit(Sample sample, string file, int line, DataOptions options, ref SampleCounts counts)
    {
        if (options.Packing || sample.Length <= options.MaxLength)
        {
            return sample;
        }

        switch (options.OnTooLong)
        {
            case TooLongPolicy.Truncate:
                counts = counts with { Truncated = counts.Truncated + 1 };
                return new Sample(sample.Id, sample.Ids[..options.MaxLength], sample.Trained[..options.MaxLength])
                {
                    Picture = sample.Picture,
                };
            case TooLongPolicy.Skip:
                counts = counts with { TooLong = counts.TooLong + 1 };
                return null;
            default:
                throw new DatasetException(
                    $"{file}:{line}: record '{sample.Id}' has {sample.Length} tokens, maxLength is {options.MaxLength}; raise maxLength, "
                        + "or set onTooLong to truncate or skip");
        }
    }
}
