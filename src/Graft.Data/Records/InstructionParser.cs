using System.Text.Json;
using static Graft.Data.Records.RecordFields;

namespace Graft.Data.Records;

/// <summary><c>{instruction, input, output}</c>, as Alpaca has it.</summary>
internal sealed class InstructionParser : IRecordParser
{
    public string Format => "instruction";

    public SourceRecord Parse(JsonElement json, string id) => new InstructionRecord(
        id,
        Text(json, "instruction", Presence.NotEmpty),
        Text(json, "input", Presence.Optional) is { Length: > 0 } input ? input : null,
        Text(json, "output", Presence.NotEmpty));
}
