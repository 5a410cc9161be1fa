using System.Text.Json;
using static Graft.Data.Records.RecordFields;

namespace Graft.Data.Records;

/// <summary><c>{image, text}</c>: a picture's file, beside the data set's, and what is said of it.</summary>
internal sealed class ImageTextParser : IRecordParser
{
    public string Format => "imageText";

    public SourceRecord Parse(JsonElement json, string id)
    {
        var image = Text(json, "image", Presence.NotEmpty);
        return !Path.IsPathRooted(image) && !image.Split('/', '\\').Contains("..")
            ? new PictureRecord(id, image, Text(json, "text", Presence.NotEmpty))
            : throw new BadRecordException(
                $"the image '{image}' leads out of the data set's folder", "name a file in it, relative to the JSONL file");
    }
}
