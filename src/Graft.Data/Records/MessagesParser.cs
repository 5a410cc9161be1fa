using System.Text.Json;
using static Graft.Data.Records.RecordFields;

namespace Graft.Data.Records;

/// <summary><c>{messages: [{role, content}]}</c>, as OpenAI has it.</summary>
internal sealed class MessagesParser : IRecordParser
{
    private static readonly string[] Roles = ["system", "user", "assistant", "tool"];

    public string Format => "messages";

    public SourceRecord Parse(JsonElement json, string id) => new ConversationRecord(id, [.. Messages(json)]);

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
}
