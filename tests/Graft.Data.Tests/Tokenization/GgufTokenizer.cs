using System.Text;
using System.Text.Json.Nodes;

namespace Graft.Data.Tests.Tokenization;

/// <summary>Turns the tokenizer in a GGUF file's metadata into a tokenizer.json, so that a real vocabulary can be tested.</summary>
internal static class GgufTokenizer
{
    public static string ToTokenizerJson(string ggufFile)
    {
        using var reader = new BinaryReader(File.OpenRead(ggufFile), Encoding.UTF8);
        reader.BaseStream.Position = 16; // magic, version, number of tensors
        var metadata = new Dictionary<string, object>();
        for (var left = reader.ReadUInt64(); left > 0; left--)
        {
            metadata[ReadString(reader)] = ReadValue(reader, reader.ReadInt32());
        }

        string[] tokens = [.. ((object[])metadata["tokenizer.ggml.tokens"]).Cast<string>()];
        string[] merges = [.. ((object[])metadata["tokenizer.ggml.merges"]).Cast<string>()];
        int[] types = [.. ((object[])metadata["tokenizer.ggml.token_type"]).Cast<int>()];
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. tokens.Index().Where(t => types[t.Index] is 3 or 4).Select(t => new JsonObject
            {
                ["id"] = t.Index, ["content"] = t.Item, ["special"] = types[t.Index] == 3, ["normalized"] = false,
            })]),
            ["pre_tokenizer"] = JsonNode.Parse(
                """
                {"type":"Sequence","pretokenizers":[
                  {"type":"Digits","individual_digits":true},
                  {"type":"ByteLevel","add_prefix_space":false,"use_regex":true}]}
                """),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = new JsonObject(tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)JsonValue.Create(id)))),
                ["merges"] = new JsonArray([.. merges.Select(m => (JsonNode)m)]),
            },
        }.ToJsonString();
    }

    private static string ReadString(BinaryReader reader) => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadUInt64()));

    private static object ReadValue(BinaryReader reader, int type) => type switch
    {
        0 => reader.ReadByte(),
        1 => reader.ReadSByte(),
        2 => reader.ReadUInt16(),
        3 => reader.ReadInt16(),
        4 => reader.ReadUInt32(),
        5 => reader.ReadInt32(),
        6 => reader.ReadSingle(),
        7 => reader.ReadBoolean(),
        8 => ReadString(reader),
        9 => ReadArray(reader),
        10 => reader.ReadUInt64(),
        11 => reader.ReadInt64(),
        12 => reader.ReadDouble(),
        _ => throw new InvalidDataException($"GGUF value type {type}"),
    };

    private static object[] ReadArray(BinaryReader reader)
    {
        var type = reader.ReadInt32();
        var values = new object[reader.ReadUInt64()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ReadValue(reader, type);
        }

        return values;
    }
}
