using Graft.Api.Planning;
using Graft.Data.Pictures;
using Graft.Data.Records;
using Graft.Data.Tokenization;

namespace Graft.Data.Samples;

/// <summary>Makes the samples of one file, and counts what is left out.</summary>
/// <param name="file">The file.</param>
/// <param name="options">How its records become samples.</param>
/// <param name="encoder">Makes the tokens.</param>
internal sealed class SampleLoader(string file, DataOptions options, SampleEncoder encoder)
{
    private const int BadToShow = 3;
    private const int LongestReason = 300;

    private readonly List<Sample> _samples = [];
    private readonly List<SourceRecord> _records = [];
    private readonly List<BadRecord> _firstBad = [];
    private SampleCounts _counts = new();
    private TooLongRecord? _firstTooLong;
    private int _longest;

    /// <inheritdoc cref="SampleSet.Load"/>
    public SampleSet Load(int? maxRecords, Action<long>? onRecord)
    {
        var reader = new RecordReader(file, options.Parser);
        foreach (var read in reader.Read())
        {
            if (_records.Count == maxRecords)
            {
                break;
            }

            _counts = _counts with { Records = _counts.Records + 1 };
            onRecord?.Invoke(_counts.Records);
            if ((read.Record is { } record ? Add(record, read.Line) : read.Bad) is { } bad)
            {
                LeaveOut(bad);
            }
        }

        RequireEnough();
        return new SampleSet(
            options.Packing ? [.. TextPacker.Pack(_samples, options.MaxLength)] : _samples, _records, _counts, _firstBad)
        {
            FirstTooLong = _firstTooLong,
            UnusedFields = reader.Unused,
        };
    }

    /// <summary>Adds a record's sample; says why where it is a bad one.</summary>
    private BadRecord? Add(SourceRecord record, int line)
    {
        try
        {
            var sample = encoder.Encode(record);
            if (sample.TrainedTokens == 0)
            {
                throw new BadRecordException("nothing in it is trained", "remove the record, or mark its last answer as trained");
            }

            if (Fit(sample, line) is { } fitting)
            {
                _samples.Add(record.Picture is null ? fitting : fitting with { Picture = Picture(record) });
                _records.Add(record);
            }

            return null;
        }
        catch (BadRecordException error)
        {
            return new BadRecord(file, line, record.Id, error.Reason, error.Remedy);
        }
        catch (TokenizerException error)
        {
            return new BadRecord(
                file, line, record.Id, ReportText.Plain(error.Message, LongestReason), "change the text, or remove the record");
        }
    }

    /// <summary>The file of a record's picture.</summary>
    private string Picture(SourceRecord record)
    {
        try
        {
            var picture = SampleSet.PictureOf(record, file)!;
            PortablePixmap.Measure(picture);
            return picture;
        }
        catch (DatasetException error)
        {
            throw new BadRecordException(error.Message, "replace the picture, or remove the record");
        }
    }

    private void LeaveOut(BadRecord bad)
    {
        if (options.OnBadRecord == BadRecordPolicy.Error)
        {
            throw new DatasetException($"{bad}, or set onBadRecord to skip");
        }

        _counts = _counts with { Bad = _counts.Bad + 1 };
        if (_firstBad.Count < BadToShow)
        {
            _firstBad.Add(bad);
        }
    }

    /// <summary>
    /// The sample within the longest sequence, or null where it is left out. Packing cuts texts anyway, so that none is too long.
    /// </summary>
    private Sample? Fit(Sample sample, int line)
    {
        if (options.Packing || sample.Length <= options.MaxLength)
        {
            return sample;
        }

        if (options.OnTooLong == TooLongPolicy.Error)
        {
            throw new DatasetException(
                $"{file}:{line}: record '{sample.Id}' has {sample.Length} tokens, maxLength is {options.MaxLength}; raise maxLength, "
                    + "or set onTooLong to truncate or skip");
        }

        var cut = new Sample(sample.Id, sample.Ids[..options.MaxLength], sample.Trained[..options.MaxLength]);
        if (options.OnTooLong == TooLongPolicy.Truncate && cut.TrainedTokens > 0)
        {
            _counts = _counts with { Truncated = _counts.Truncated + 1 };
            return cut;
        }

        _counts = _counts with { TooLong = _counts.TooLong + 1 };
        _firstTooLong ??= new TooLongRecord(file, line, sample.Length);
        _longest = Math.Max(_longest, sample.Length);
        return null;
    }

    /// <summary>Refuses a file of which nothing is left, or, where nobody asked to leave records out, less than half.</summary>
    private void RequireEnough()
    {
        if (options.OnTooLong == TooLongPolicy.Truncate && _counts.TooLong * 2L > _counts.Records)
        {
            throw new DatasetException(
                $"{_firstTooLong!.File}:{_firstTooLong.Line}: of the file's {_counts.Records} records {_counts.TooLong} have no token of "
                    + $"their answer within the first {options.MaxLength} (maxLength), so that there is nothing to train on; this is the "
                    + $"first of them, the longest has {_longest} tokens. Raise maxLength, or set onTooLong to skip to train on the others.");
        }

        if (_samples.Count == 0)
        {
            var why = _counts.Records == 0
                ? "it is empty"
                : $"of its {_counts.Records} records {_counts.Bad} cannot be used and {_counts.TooLong} are too long";
            throw new DatasetException(
                $"{file}: has no record to use: {why}{(_firstBad.Count > 0 ? $"; the first: {_firstBad[0]}" : "")}");
        }
    }
}
