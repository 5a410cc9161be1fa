using System.Text.Json;
using static Graft.Data.Records.RecordFields;

namespace Graft.Data.Records;

/// <summary><c>{instruction, input, output}</c>, as Alpaca has it, perhaps with a <c>system</c> message.</summary>
internal sealed class InstructionParser : IRecordParser
{
    private static readonly RefusedFields EarlierTurns = new(
        ["history"], "holds earlier turns, which records of the format instruction do not have",
        "use the format messages, or delete the field");

    public string Format => "instruction";

    public FieldTable Fields { get; } = new(
        [IdField, "instruction", "input", "output", "system"],
        EarlierTurns, RefusedFields.Tools, RefusedFields.Documents, RefusedFields.Reasoning, RefusedFields.Media, RefusedFields.Preferences,
        RefusedFields.Templates, RefusedFields.Spans, RefusedFields.Unfinished);

    public SourceRecord Parse(JsonElement json, string id, ISet<string> unused) => new InstructionRecord(
        id,
        Text(json, "instruction", Presence.NotEmpty),
        Text(json, "input", Presence.Optional) is { Length: > 0 } input ? input : null,
        Text(json, "output", Presence.NotEmpty))
    {
        System = Text(json, "system", Presence.Optional) is { Length: > 0 } system ? system : null,
    };
}
