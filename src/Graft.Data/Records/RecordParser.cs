using System.Text.Json;

namespace Graft.Data.Records;

/// <summary>Makes a record from a line of JSON.</summary>
internal static class RecordParser
{
    private static readonly string[] Roles = ["system", "user", "assistant", "tool"];

    /// <summary>The id that the line itself states, or null; never fails, for reports about lines that cannot be read.</summary>
    public static string? StatedId(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty("id", out var id)
        && id.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? id.ToString()
            : null;

    /// <exception cref="BadRecordException">The line is not a record of that format.</exception>
    public static SourceRecord Parse(JsonElement json, RecordFormat format, string id)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new BadRecordException($"the line is a JSON {Kind(json)}, not an object", "write one JSON object a line");
        }

        return format switch
        {
            RecordFormat.Instruction => new InstructionRecord(
                id,
                Text(json, "instruction", Presence.NotEmpty),
                NullIfEmpty(Text(json, "input", Presence.Optional)),
                Text(json, "output", Presence.NotEmpty)),
            RecordFormat.Messages => new ConversationRecord(id, [.. Messages(json)]),
            RecordFormat.Text => new TextRecord(id, Text(json, "text", Presence.NotEmpty)),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }

    private enum Presence
    {
        Optional,
        Required,
        NotEmpty,
    }

    private static IEnumerable<Message> Messages(JsonElement json)
    {
        if (!json.TryGetProperty("messages", out var messages)
            || messages.ValueKind != JsonValueKind.Array
            || messages.GetArrayLength() == 0)
        {
            throw new BadRecordException("'messages' is missing, no list, or empty", Fields(json, "give it a list of {role, content}"));
        }

        Message[] turns = [.. messages.EnumerateArray().Select(Turn)];
        if (!turns[^1].IsAssistant)
        {
            throw new BadRecordException($"the last message is the {turns[^1].Role}'s", "end the conversation with the assistant's answer");
        }

        if (Array.FindIndex(turns, 1, t => t.Role == "system") is >= 0 and int late)
        {
            throw new BadRecordException($"message {late + 1} is a system message", "put the system message first");
        }

        return turns;
    }

    private static Message Turn(JsonElement turn, int index)
    {
        if (turn.ValueKind != JsonValueKind.Object)
        {
            throw new BadRecordException($"message {index + 1} is a JSON {Kind(turn)}", "write {\"role\": …, \"content\": …}");
        }

        var role = Text(turn, "role", Presence.NotEmpty);
        return Roles.Contains(role)
            ? new Message(role, Text(turn, "content", role == "assistant" ? Presence.NotEmpty : Presence.Required))
            : throw new BadRecordException($"message {index + 1} has the role '{role}'", $"use one of {string.Join(", ", Roles)}");
    }

    private static string Text(JsonElement json, string field, Presence presence)
    {
        if (!json.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return presence == Presence.Optional
                ? ""
                : throw new BadRecordException($"the field '{field}' is missing", Fields(json, "add it, or choose the records' format"));
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw new BadRecordException($"the field '{field}' is a JSON {Kind(value)}", "write a string");
        }

        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new BadRecordException(
                $"the field '{field}' is not valid UTF-8 text", "write the file as UTF-8, without lone surrogates");
        }

        return presence == Presence.NotEmpty && string.IsNullOrWhiteSpace(text)
            ? throw new BadRecordException($"the field '{field}' is empty", "give it text, or remove the record")
            : text;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static string Fields(JsonElement json, string remedy) =>
        $"{remedy} (the record has: {string.Join(", ", json.EnumerateObject().Select(p => p.Name).Take(8))})";

    private static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
