using System.Text.Json;

namespace Graft.Data.Records;

/// <summary>
/// Makes records of one format. What is known of the format without reading a file is in <see cref="Api.Data.SampleFormats"/>.
/// </summary>
public interface IRecordParser
{
    /// <summary>The format's name.</summary>
    string Format { get; }

    /// <summary>The record of a line; whoever calls has checked its <see cref="Fields"/>.</summary>
    /// <param name="json">The line; an object.</param>
    /// <param name="id">How errors name it.</param>
    /// <param name="unused">Takes the names of fields inside that change nothing.</param>
    /// <exception cref="BadRecordException">The line is not a record of this format.</exception>
    SourceRecord Parse(JsonElement json, string id, ISet<string> unused);

    /// <summary>What the fields of a line do.</summary>
    internal FieldTable Fields { get; }
}

/// <summary>The parsers by their format. A new one is a line in the list.</summary>
public static class RecordParsers
{
    /// <summary>All parsers.</summary>
    public static IReadOnlyList<IRecordParser> All { get; } =
        [new InstructionParser(), new MessagesParser(), new TextParser(), new ImageTextParser()];

    /// <summary>The parser of a format, or null.</summary>
    public static IRecordParser? Find(string format) =>
        All.FirstOrDefault(parser => string.Equals(parser.Format, format, StringComparison.OrdinalIgnoreCase));

    /// <summary>The formats, for messages.</summary>
    public static string Known => string.Join(", ", All.Select(parser => parser.Format));
}
