using System.Text.Json;
using static Graft.Data.Records.RecordFields;

namespace Graft.Data.Records;

/// <summary><c>{image, text}</c>: a picture's file, beside the data set's, and what is said of it.</summary>
internal sealed class ImageTextParser : IRecordParser
{
    private static readonly RefusedFields Questions = new(
        ["system", "instruction", "prompt", "question", "history", "messages", "conversations"],
        "asks something about the picture, and records of the format imageText are a picture and what is said of it",
        "delete the field if the text says the same without it, or remove the record");

    public string Format => "imageText";

    public FieldTable Fields { get; } = new(
        [IdField, "image", "text"],
        Questions, RefusedFields.Tools, RefusedFields.Documents, RefusedFields.Reasoning, RefusedFields.Media, RefusedFields.Preferences,
        RefusedFields.Templates, RefusedFields.Spans, RefusedFields.Unfinished);

    public SourceRecord Parse(JsonElement json, string id, ISet<string> unused)
    {
        var image = Text(json, "image", Presence.NotEmpty);
        return !Path.IsPathRooted(image) && !image.Split('/', '\\').Contains("..")
            ? new PictureRecord(id, image, Text(json, "text", Presence.NotEmpty))
            : throw new BadRecordException(
                $"the image '{image}' leads out of the data set's folder", "name a file in it, relative to the JSONL file");
    }
}
