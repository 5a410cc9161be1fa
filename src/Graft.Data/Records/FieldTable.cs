using System.Text.Json;
using Graft.Api.Planning;

namespace Graft.Data.Records;

/// <summary>
/// What the fields of a JSON object in a record do: some are read, some say what is to be trained or what the model is told and no
/// template can carry that out, and all others change nothing.
/// </summary>
internal sealed class FieldTable
{
    private const int LongestName = 64;

    private readonly IReadOnlyList<string> _read;
    private readonly Dictionary<string, RefusedFields> _refused;

    /// <summary>Creates a table.</summary>
    /// <param name="read">Those that the parser reads.</param>
    /// <param name="refused">Those that would be ignored wrongly; what is read as well is not among them.</param>
    public FieldTable(IReadOnlyList<string> read, params IReadOnlyList<RefusedFields> refused)
    {
        _read = read;
        _refused = refused.SelectMany(fields => fields.Names.Select(name => (Name: FieldName.Bare(name), Fields: fields)))
            .DistinctBy(entry => entry.Name)
            .ToDictionary(entry => entry.Name, entry => entry.Fields);
    }

    /// <summary>Refuses what cannot be carried out, and notes the names of the fields that change nothing.</summary>
    /// <param name="json">The object.</param>
    /// <param name="path">Where it is in the record, as a prefix of its fields' names.</param>
    /// <param name="unused">Takes the names.</param>
    /// <exception cref="BadRecordException">A field asks for something that is not done.</exception>
    public void Check(JsonElement json, string path, ISet<string> unused)
    {
        foreach (var field in json.EnumerateObject())
        {
            var bare = FieldName.Bare(field.Name);
            if (_read.Contains(field.Name) || TrainFlags.Knows(bare))
            {
                continue;
            }

            if (_refused.TryGetValue(bare, out var found) && found.AskFor(field.Value))
            {
                throw new BadRecordException($"the field '{ReportText.Plain(field.Name, LongestName)}' {found.What}", found.Remedy);
            }

            if (unused.Count < UnusedFields.Most)
            {
                unused.Add(path + ReportText.Plain(field.Name, LongestName));
            }
        }
    }
}

/// <summary>Fields that may not be ignored, and why they cannot be obeyed.</summary>
/// <param name="Names">Their names; case, <c>_</c> and <c>-</c> do not count.</param>
/// <param name="What">What is the matter with them.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record RefusedFields(IReadOnlyList<string> Names, string What, string Remedy)
{
    /// <summary>Turns that go on after their end; what says so is <c>false</c>.</summary>
    public static RefusedFields Endless { get; } = new(
        ["end_turn", "need_eos_token", "add_eos_token", "eot"], "says that the turn does not end, and templates end every turn",
        "delete the field")
    {
        SaysByFalse = true,
    };

    /// <summary>Tools that the model may call, its calls, and what they return.</summary>
    public static RefusedFields Tools { get; } = new(
        ["tools", "tool_choice", "tool_calls", "tool_call_id", "tool_call", "functions", "function_call", "function_calls"],
        "tells of tools, which no template writes",
        "remove the record, or delete the field if the answers need no tools");

    /// <summary>Texts that the model is given beside the conversation.</summary>
    public static RefusedFields Documents { get; } = new(
        ["documents"], "gives the model documents, which no template writes", "write them into a message, or delete the field");

    /// <summary>What the model thinks before it answers.</summary>
    public static RefusedFields Reasoning { get; } = new(
        ["reasoning_content", "reasoning", "reasoning_details", "thinking", "thought", "thoughts"],
        "holds the model's reasoning, which no template writes",
        "write it into the answer if it is to be trained, or delete the field");

    /// <summary>Pictures, sound, video.</summary>
    public static RefusedFields Media { get; } = new(
        ["image", "images", "image_url", "video", "videos", "audio", "audios", "audio_url"],
        "names something that is no text, which records of this format cannot show the model",
        "use the format imageText for pictures, or delete the field");

    /// <summary>One answer and another that is worse.</summary>
    public static RefusedFields Preferences { get; } = new(
        ["chosen", "rejected", "rejected_response", "rejected_output", "rejected_answer", "rejected_messages"],
        "is of a preference pair, and Graft trains on one answer",
        "keep the good answer as the record's answer, and delete the field");

    /// <summary>Another template than the run's.</summary>
    public static RefusedFields Templates { get; } = new(
        ["chat_template", "chat_template_kwargs", "prompt_template"],
        "asks for a template of the record's own",
        "choose the run's with spec.data.template, and delete the field");

    /// <summary>Which parts of a text are trained.</summary>
    public static RefusedFields Spans { get; } = new(
        [
            "train_detail", "training_detail", "loss_mask", "label_mask", "completion_mask", "assistant_mask", "assistant_masks",
            "loss_scale",
        ],
        "says which parts of a text are trained, and a turn is trained as a whole or not at all",
        "delete the field, or mark whole turns with weight 0 or 1 (format messages)");

    /// <summary>Beginnings of an answer that are not the model's, and answers that do not end.</summary>
    public static RefusedFields Unfinished { get; } = new(
        ["prefix", "prefill", "partial", "continue_final_message"],
        "marks an answer's beginning that is given to the model, which no template writes",
        "make it a whole answer, and delete the field");

    /// <summary>To whom, or in which channel, a turn is said.</summary>
    public static RefusedFields Channels { get; } = new(
        ["channel", "recipient", "refusal"], "says what kind of text the turn is, which no template writes",
        "write the turn's text into content, and delete the field");

    /// <summary>Whether it is <c>false</c> that asks for something, and nothing else does.</summary>
    private bool SaysByFalse { get; init; }

    /// <summary>Whether such a field asks for anything with this value.</summary>
    public bool AskFor(JsonElement value) => SaysByFalse ? value.ValueKind == JsonValueKind.False : SaysSomething(value);

    private static bool SaysSomething(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.String => !value.ValueEquals(""),
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };
}

/// <summary>Names of fields in their different spellings.</summary>
internal static class FieldName
{
    /// <summary>A name as it is compared: case, <c>_</c> and <c>-</c> do not count.</summary>
    public static string Bare(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}

/// <summary>The names of fields that change nothing, so that they are said once.</summary>
public static class UnusedFields
{
    /// <summary>More are not kept: a record may have any number.</summary>
    public const int Most = 20;
}
