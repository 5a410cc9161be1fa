using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Graft.Common;

namespace Graft.Trainer.Checkpoints;

/// <summary>
/// A record in a file together with its digest: <c>{"sha256":"…","record":{…}}</c>. A file of which any bit has changed is refused:
/// what a resumed run takes from it decides what it computes and publishes.
/// </summary>
internal static class DigestedJson
{
    private const string Start = """{"sha256":"%","record":""";
    private const string End = "}";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
    };

    /// <summary>Writes the file and syncs it.</summary>
    public static void Write<T>(string path, T record) =>
        DurableFiles.Write(path, Encoding.UTF8.GetBytes(Envelope(JsonSerializer.Serialize(record, Options))));

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">It is not what was written.</exception>
    public static T Read<T>(string path)
    {
        var name = Path.GetFileName(path);
        var text = Encoding.UTF8.GetString(SmallFile.ReadBytes(path).Span);
        var from = Envelope("").Length - End.Length;
        var json = text.Length > from + End.Length ? text[from..^End.Length] : "";
        // The whole text, not its parts: nothing around the record can differ unseen either.
        if (text != Envelope(json))
        {
            throw new InvalidDataException(
                $"{name} does not have the digest that it states: it is damaged, or of an earlier release, which stated none");
        }

        return JsonSerializer.Deserialize<T>(json, Options) ?? throw new InvalidDataException($"{name} is empty");
    }

    private static string Envelope(string json) => Start.Replace("%", Sha256Text.Of(json), StringComparison.Ordinal) + json + End;
}
