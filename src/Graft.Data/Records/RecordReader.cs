using System.Text.Json;

namespace Graft.Data.Records;

/// <summary>A line that was read: a record or the reason why it is none.</summary>
public sealed record ReadRecord(int Line, SourceRecord? Record, BadRecord? Bad);

/// <summary>Reads the records of a file. Every line that is not blank comes out, as a record or as a bad one.</summary>
public sealed class RecordReader(string file, IRecordParser parser)
{
    /// <exception cref="DatasetException">The file is not there.</exception>
    public IEnumerable<ReadRecord> Read()
    {
        if (!File.Exists(file))
        {
            string[] near = [.. Neighbors()];
            throw new DatasetException(
                $"{file}: there is no such file{(near.Length > 0 ? $"; the folder has {string.Join(", ", near)}" : "")}. Correct the data "
                    + "set's trainFile or evaluationFile.");
        }

        return RecordSources.Of(file).Read(file).Select(record => ReadLine(record.Number, record.Json));
    }

    /// <summary>The files that may have been meant.</summary>
    private IEnumerable<string> Neighbors()
    {
        var folder = Path.GetDirectoryName(file) ?? ".";
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.jsonl").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).Take(8)
            : [];
    }

    private ReadRecord ReadLine(int number, ReadOnlyMemory<byte> line)
    {
        var id = $"{Path.GetFileName(file)}:{number}";
        try
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            id = RecordFields.StatedId(json) ?? id;
            return json.ValueKind == JsonValueKind.Object
                ? new ReadRecord(number, parser.Parse(json, id), null)
                : throw new BadRecordException(
                    $"the line is a JSON {RecordFields.Kind(json)}, not an object", "write one JSON object a line");
        }
        catch (JsonException error)
        {
            var where = error.BytePositionInLine is { } at ? $" at byte {at}" : "";
            var bad = new BadRecord(file, number, id, $"the line is not JSON{where}", "write one JSON object a line");
            return new ReadRecord(number, null, bad);
        }
        catch (BadRecordException error)
        {
            return new ReadRecord(number, null, new BadRecord(file, number, id, error.Reason, error.Remedy));
        }
    }
}
