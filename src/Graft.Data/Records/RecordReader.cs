using System.Text.Json;
using Graft.Api.Planning;

namespace Graft.Data.Records;

/// <summary>A line that was read: a record or the reason why it is none.</summary>
public sealed record ReadRecord(int Line, SourceRecord? Record, BadRecord? Bad);

/// <summary>Reads the records of a file. Every line that is not blank comes out, as a record or as a bad one.</summary>
public sealed class RecordReader(string file, IRecordParser parser)
{
    private const int LongestReason = 300;

    private const string Remedy = "write one JSON object a line, without NaN, comments, trailing commas, or a field twice";

    /// <summary>Where System.Text.Json's messages turn from the file to the program that reads it.</summary>
    private static readonly string[] ForProgrammers =
        [" LineNumber:", " Path:", ". Change the reader options", ". Cannot read next", " encountered during"];

    /// <summary>A field that is there twice is two answers to one question.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly SortedSet<string> _unused = new(StringComparer.Ordinal);

    /// <summary>The names of fields that change nothing in the records read so far.</summary>
    public IReadOnlyCollection<string> Unused => _unused;

    /// <exception cref="DatasetException">The file is not there, or no file of records.</exception>
    public IEnumerable<ReadRecord> Read()
    {
        if (!File.Exists(file))
        {
            string[] near = [.. Neighbors()];
            var what = Directory.Exists(file) ? "it is a folder" : "there is no such file";
            throw new DatasetException(
                $"{file}: {what}{(near.Length > 0 ? $"; the folder has {string.Join(", ", near)}" : "")}. Correct the data "
                    + "set's trainFile or evaluationFile: it names a file of JSON lines.");
        }

        return RecordSources.Of(file).Read(file).Select(ReadLine);
    }

    /// <summary>The files that may have been meant.</summary>
    private IEnumerable<string> Neighbors()
    {
        var folder = Directory.Exists(file) ? file : Path.GetDirectoryName(file) ?? ".";
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder)
                .OrderByDescending(path => path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase))
                .ThenBy(path => path, StringComparer.Ordinal)
                .Select(path => ReportText.Plain(Path.GetFileName(path), LongestReason))
                .Take(8)
            : [];
    }

    private ReadRecord ReadLine(SourceLine line)
    {
        var id = $"{Path.GetFileName(file)}:{line.Number}";
        try
        {
            return new ReadRecord(line.Number, Parse(line, ref id), null);
        }
        catch (JsonException error)
        {
            return Bad($"the line is not JSON that can be read{Cause(error)}", Remedy);
        }
        catch (InvalidOperationException)
        {
            return Bad("the line is not valid UTF-8 text", RecordFields.NotText);
        }
        catch (BadRecordException error)
        {
            return Bad(error.Reason, error.Remedy);
        }

        ReadRecord Bad(string reason, string remedy) => new(line.Number, null, new BadRecord(file, line.Number, id, reason, remedy));
    }

    private SourceRecord Parse(SourceLine line, ref string id)
    {
        if (line.IsTooLong)
        {
            throw new BadRecordException(
                $"the line is longer than {JsonLines.Longest >> 20} MiB", "write one JSON object a line, and cut texts that are longer");
        }

        using var document = JsonDocument.Parse(line.Bytes, Strict);
        var json = document.RootElement;
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new BadRecordException($"the line is a JSON {RecordFields.Kind(json)}, not an object", "write one JSON object a line");
        }

        id = RecordFields.StatedId(json) ?? id;
        parser.Fields.Check(json, "", _unused);
        return TrainFlags.Of(json) != false
            ? parser.Parse(json, id, _unused)
            : throw new BadRecordException("it is marked as not trained", "remove the record, or the mark (weight, train, …)");
    }

    /// <summary>What is wrong and where, in System.Text.Json's words, without what it says to programmers.</summary>
    private static string Cause(JsonException error)
    {
        var sentence = error.Message.Split(ForProgrammers, StringSplitOptions.None)[0];
        var at = error.BytePositionInLine is { } place ? $" at byte {place}" : "";
        return $"{at}: {ReportText.Plain(sentence.TrimEnd('.'), LongestReason)}";
    }
}
