using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Graft.Common;

/// <summary>
/// Parses JSON that somebody else wrote so that nothing in it can fail later: a name that occurs twice and text that is not Unicode are
/// found here and not when they are read.
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    /// <exception cref="JsonException">The bytes are not such JSON.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith(Encoding.UTF8.Preamble))
        {
            throw new JsonException("it begins with a byte order mark; save it as UTF-8 without one");
        }

        if (!Utf8.IsValid(json))
        {
            throw new JsonException("its text is not UTF-8; save it as UTF-8");
        }

        RefuseHalfCharacters(json);
        return JsonElement.Parse(json, Options);
    }

    /// <summary>A lone surrogate can be written as an escape, and cannot be read as text.</summary>
    private static void RefuseHalfCharacters(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped)
            {
                continue;
            }

            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException error)
            {
                throw new JsonException($"the text that ends at byte {reader.BytesConsumed} has half of a character (a lone surrogate)", error);
            }
        }
    }
}
