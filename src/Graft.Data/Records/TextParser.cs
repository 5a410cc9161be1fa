using System.Text.Json;
using static Graft.Data.Records.RecordFields;

namespace Graft.Data.Records;

/// <summary><c>{text}</c>, trained on as a whole.</summary>
internal sealed class TextParser : IRecordParser
{
    public string Format => "text";

    public FieldTable Fields { get; } = new(
        [IdField, "text"], RefusedFields.Media, RefusedFields.Preferences, RefusedFields.Templates, RefusedFields.Spans);

    public SourceRecord Parse(JsonElement json, string id, ISet<string> unused) =>
        new TextRecord(id, Text(json, "text", Presence.NotEmpty));
}
