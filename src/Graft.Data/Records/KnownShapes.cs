using System.Text.Json;

namespace Graft.Data.Records;

/// <summary>Records of other formats than the one that is asked for, and how to make them what is read.</summary>
internal static class KnownShapes
{
    /// <summary>What to do with conversations of <c>from</c> and <c>value</c>.</summary>
    public const string ShareGpt =
        "these are ShareGPT's conversations; convert them with jq -c '{messages: [(.conversations // .messages)[] | {role: ({human: "
        + "\"user\", gpt: \"assistant\"}[.from] // .from), content: .value}]}' OLD > NEW, and set the data set's format to messages";

    /// <summary>The fields that tell a shape, and what to do with it; the first that fits counts.</summary>
    private static readonly (string[] Fields, string Advice)[] All =
    [
        (["messages"], "these look like conversations: set the data set's format to messages"),
        (["conversations"], ShareGpt),
        (["chosen", "rejected"], "these are preference pairs; Graft trains on one answer: convert them to {instruction, output} or {messages}"),
        (["instruction", "output"], "these look like instructions: set the data set's format to instruction"),
        (["image", "text"], "these look like pictures with a text: set the data set's format to imageText"),
        (["prompt", "completion"], Renaming("prompt", "completion")),
        (["prompt", "response"], Renaming("prompt", "response")),
        (["instruction", "response"], Renaming("instruction", "response")),
        (["question", "answer"], Renaming("question", "answer")),
        (["query", "response"], Renaming("query", "response")),
        (["input", "output"], Renaming("input", "output")),
        (["text"], "these look like texts: set the data set's format to text"),
    ];

    /// <summary>The remedy for a record that lacks a field of its format, and the fields that it has.</summary>
    public static string Remedy(JsonElement json, string otherwise)
    {
        var advice = All.FirstOrDefault(shape => Array.TrueForAll(shape.Fields, name => json.TryGetProperty(name, out _))).Advice;
        return RecordFields.Fields(json, advice ?? otherwise);
    }

    private static string Renaming(string instruction, string output) =>
        $"rename the fields with jq -c '{{instruction: .{instruction}, output: .{output}}}' OLD > NEW, and set the data set's format to "
        + "instruction";
}
