namespace Graft.Data.Records;

/// <summary>Reads files of one kind, whatever the format of their records.</summary>
public interface IRecordSource
{
    /// <summary>How such files' names end.</summary>
    string Extension { get; }

    /// <summary>The records as JSON, each with its number.</summary>
    IEnumerable<SourceLine> Read(string file);
}

/// <summary>The kinds of files that records are read from. A new one is a line in the list.</summary>
public static class RecordSources
{
    private static readonly IRecordSource Usual = new JsonLinesSource();

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<IRecordSource> All { get; } = [Usual];

    /// <summary>The kind of a file; JSON lines where its name does not say.</summary>
    public static IRecordSource Of(string file) =>
        All.FirstOrDefault(source => file.EndsWith(source.Extension, StringComparison.OrdinalIgnoreCase)) ?? Usual;

    /// <summary>A JSON object a line.</summary>
    private sealed class JsonLinesSource : IRecordSource
    {
        public string Extension => ".jsonl";

        public IEnumerable<SourceLine> Read(string file)
        {
            ForeignFiles.Refuse(file);
            return JsonLines.Read(file);
        }
    }
}
