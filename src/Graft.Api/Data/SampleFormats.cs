using System.Text.Json;

namespace Graft.Api.Data;

/// <summary>The formats of records. A new one is an entry here and its parser in Graft.Data.</summary>
public static class SampleFormats
{
    private const int LongestPrompt = 60;

    /// <summary>All formats.</summary>
    public static IReadOnlyList<SampleFormat> All { get; } =
    [
        new("instruction", ["alpaca", "chatml", "plain"])
        {
            Question = record => Text(record, "instruction") is { } prompt ? (prompt, Text(record, "input")) : null,
        },
        new("messages", ["chatml", "alpaca"]) { Question = record => FirstOfTheUser(record) is { } prompt ? (prompt, null) : null },
        new("text", ["plain"])
        {
            HasAnswer = false,
            CanBePacked = true,
            Question = record => Text(record, "text") is { } text ? (Beginning(text), null) : null,
        },
        new("imageText", ["plain"]) { HasPicture = true },
    ];

    /// <summary>The names of the formats.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(format => format.Name)];

    /// <summary>The format of a name, or null.</summary>
    public static SampleFormat? Find(string? name) => All.FirstOrDefault(format => format.Name == name);

    /// <summary>The names of some formats, for messages.</summary>
    public static string Those(Func<SampleFormat, bool> meant) => string.Join(" or ", All.Where(meant).Select(format => format.Name));

    private static string? Text(JsonElement fields, string name) =>
        fields.ValueKind == JsonValueKind.Object
        && fields.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>What the user says first: a system message would be no question.</summary>
    private static string? FirstOfTheUser(JsonElement fields)
    {
        var messages = fields.GetProperty("messages").EnumerateArray().ToList();
        var asked = messages.Find(message => Text(message, "role") == "user");
        var message = asked.ValueKind == JsonValueKind.Object ? asked : messages.FirstOrDefault();
        return Text(message, "content") ?? (TextParts(message) is { Length: > 0 } text ? text : null);
    }

    /// <summary>The text of content that is a list of parts.</summary>
    private static string TextParts(JsonElement message)
    {
        return message.ValueKind == JsonValueKind.Object
            && message.TryGetProperty("content", out var content)
            && content.ValueKind == JsonValueKind.Array
            ? string.Concat(content.EnumerateArray().Select(part => Text(part, "text")))
            : "";
    }

    private static string Beginning(string text)
    {
        var end = text.Length <= LongestPrompt ? -1 : text.LastIndexOf(' ', LongestPrompt);
        return end > 0 ? text[..end] : text;
    }
}

/// <summary>The prompt templates that specs can name. A new one is a name in its formats and its renderer in Graft.Data.</summary>
public static class TemplateNames
{
    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. SampleFormats.All.SelectMany(format => format.Templates).Distinct()];
}
