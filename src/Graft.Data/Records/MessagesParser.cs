using System.Text.Json;
using static Graft.Data.Records.RecordFields;

namespace Graft.Data.Records;

/// <summary>
/// <c>{messages: [{role, content}]}</c>, as OpenAI has it: <c>weight</c> says whether an answer is trained, and content may be a list of
/// text parts, which are joined as they are.
/// </summary>
internal sealed class MessagesParser : IRecordParser
{
    private const string Assistant = "assistant";

    /// <summary>
    /// The roles, and what they are to a template. What OpenAI calls the developer's message is the system's for other models.
    /// </summary>
    private static readonly Dictionary<string, string> Roles = new()
    {
        ["system"] = "system",
        ["developer"] = "system",
        ["user"] = "user",
        [Assistant] = Assistant,
    };

    /// <summary>Roles whose turns no template writes.</summary>
    private static readonly string[] ToolRoles = ["tool", "function", "ipython", "observation", "environment"];

    private static readonly RefusedFields SystemBeside = new(
        ["system", "system_prompt", "history"], "holds messages that stand beside the others",
        "put them into 'messages', the system message first");

    private static readonly RefusedFields[] NotWritten =
    [
        RefusedFields.Tools, RefusedFields.Documents, RefusedFields.Reasoning, RefusedFields.Media, RefusedFields.Preferences,
        RefusedFields.Templates, RefusedFields.Spans, RefusedFields.Unfinished, RefusedFields.Channels, RefusedFields.Endless,
    ];

    private static readonly FieldTable TurnFields = new(["role", "content"], NotWritten);

    private static readonly FieldTable PartFields = new(["type", "text"], NotWritten);

    public string Format => "messages";

    public FieldTable Fields { get; } = new([IdField, "messages"], [SystemBeside, .. NotWritten]);

    public SourceRecord Parse(JsonElement json, string id, ISet<string> unused) => new ConversationRecord(id, [.. Messages(json, unused)]);

    private static Message[] Messages(JsonElement json, ISet<string> unused)
    {
        if (!json.TryGetProperty("messages", out var messages)
            || messages.ValueKind != JsonValueKind.Array
            || messages.GetArrayLength() == 0)
        {
            throw new BadRecordException(
                "'messages' is missing, no list, or empty", KnownShapes.Remedy(json, "give it a list of {role, content}"));
        }

        Message[] turns = [.. messages.EnumerateArray().Select((turn, index) => Turn(turn, index, unused))];
        if (!turns[^1].IsAssistant)
        {
            throw new BadRecordException($"the last message is the {turns[^1].Role}'s", "end the conversation with the assistant's answer");
        }

        if (Array.FindIndex(turns, 1, turn => turn.Role == Roles["system"]) is >= 0 and int late)
        {
            throw new BadRecordException(
                $"message {late + 1} is a system message", "put it first, and join it with the one that is there, if there is one");
        }

        return Array.Exists(turns, turn => turn.IsTrained)
            ? turns
            : throw new BadRecordException("every answer is marked as not trained", "remove the record, or give an answer weight 1");
    }

    private static Message Turn(JsonElement turn, int index, ISet<string> unused)
    {
        try
        {
            return Turn(turn, unused);
        }
        catch (BadRecordException error)
        {
            throw new BadRecordException($"message {index + 1}: {error.Reason}", error.Remedy);
        }
    }

    private static Message Turn(JsonElement turn, ISet<string> unused)
    {
        if (turn.ValueKind != JsonValueKind.Object)
        {
            throw new BadRecordException($"it is a JSON {Kind(turn)}", "write {\"role\": …, \"content\": …}");
        }

        Require(turn, "role", turn.TryGetProperty("from", out _) ? KnownShapes.ShareGpt : "write {\"role\": …, \"content\": …}");
        var stated = Text(turn, "role", Presence.NotEmpty);
        if (!Roles.TryGetValue(stated, out var role))
        {
            throw ToolRoles.Contains(stated)
                ? new BadRecordException($"the role '{stated}' tells of tools, which no template writes", "remove the record")
                : new BadRecordException($"the role '{stated}' is not known", $"use one of {string.Join(", ", Roles.Keys)}");
        }

        TurnFields.Check(turn, "messages[].", unused);
        Require(turn, "content", "write what is said as its content");
        var content = Content(turn, role == Assistant ? Presence.NotEmpty : Presence.Required, unused);
        var trained = TrainFlags.Of(turn);
        return trained != true || role == Assistant
            ? new Message(role, content) { IsTrained = role == Assistant && trained != false }
            : throw new BadRecordException(
                $"the {stated}'s message is marked as trained, and only the assistant's are", "delete the mark (weight, train, …)");
    }

    /// <summary>The text of a message: a string, or a list of text parts.</summary>
    private static string Content(JsonElement turn, Presence presence, ISet<string> unused)
    {
        if (!turn.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.Array)
        {
            return Text(turn, "content", presence);
        }

        var text = string.Concat(content.EnumerateArray().Select(part => Part(part, unused)));
        return presence == Presence.NotEmpty && string.IsNullOrWhiteSpace(text)
            ? throw new BadRecordException("the parts of 'content' hold no text", "give it text, or remove the record")
            : text;
    }

    private static string Part(JsonElement part, ISet<string> unused)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            throw new BadRecordException($"a part of 'content' is a JSON {Kind(part)}", "write {\"type\": \"text\", \"text\": …}");
        }

        var type = Text(part, "type", Presence.NotEmpty);
        if (type != "text")
        {
            throw new BadRecordException(
                $"a part of 'content' has the type '{type}', and only text is trained in conversations",
                "remove the part if the answer needs it not, or remove the record");
        }

        PartFields.Check(part, "messages[].content[].", unused);
        Require(part, "text", "write {\"type\": \"text\", \"text\": …}");
        return TrainFlags.Of(part) is null
            ? Text(part, "text", Presence.Required)
            : throw new BadRecordException(
                "a part of 'content' says whether it is trained, and a message is trained as a whole or not at all",
                "mark the message, or delete the mark (weight, train, …)");
    }

    /// <summary>Refuses an object inside a record that lacks a field.</summary>
    private static void Require(JsonElement json, string field, string remedy)
    {
        if (!json.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            var what = value.ValueKind == JsonValueKind.Null ? "null" : "missing";
            throw new BadRecordException($"the field '{field}' is {what}", RecordFields.Fields(json, remedy));
        }
    }
}
