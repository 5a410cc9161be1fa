using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Graft.Trainer.Tests.Support;

/// <summary>Something done to a model's folder, by a name that says what.</summary>
internal sealed record Damage(string Name, Action<string> Do)
{
    public override string ToString() => Name;
}

/// <summary>Damaged model folders, the same ones every time: whatever may arrive under the names of a model's files.</summary>
internal static class DamagedFolders
{
    private const string Weights = "model.safetensors";

    /// <summary>JSON of every kind, for fields of every kind.</summary>
    private static readonly string[] Values =
    [
        "\"\\u001b[31m\\n\"", "0", "-1", "1.5", "1e999", "2147483647", "[]", "[\"a\",{}]", "{\"a\":[null]}", "null", "true",
    ];

    private static readonly (string File, string[] Fields)[] Read =
    [
        ("config.json",
        [
            "architectures", "model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
            "num_key_value_heads", "head_dim", "max_position_embeddings", "rms_norm_eps", "rope_theta", "rope_scaling", "rope_parameters",
            "tie_word_embeddings", "initializer_range", "hidden_act", "attention_bias", "mlp_bias", "eos_token_id", "pad_token_id",
            "quantization_config", "sliding_window", "layer_types", "pruned_heads",
        ]),
        ("tokenizer.json",
        [
            "added_tokens", "added_tokens/0", "added_tokens/0/id", "added_tokens/0/content", "added_tokens/0/special", "normalizer",
            "pre_tokenizer", "pre_tokenizer/type", "pre_tokenizer/pretokenizers", "pre_tokenizer/pretokenizers/0",
            "pre_tokenizer/pretokenizers/1/add_prefix_space", "post_processor", "decoder", "decoder/type", "model", "model/type",
            "model/vocab", "model/vocab/a", "model/merges", "model/merges/0", "model/dropout", "model/unk_token", "model/ignore_merges",
            "model/byte_fallback", "model/continuing_subword_prefix",
        ]),
        ("tokenizer_config.json", ["bos_token", "eos_token", "pad_token", "added_tokens_decoder"]),
        ("special_tokens_map.json", ["eos_token"]),
        ("generation_config.json", ["eos_token_id", "pad_token_id"]),
        ("added_tokens.json", ["<|endoftext|>"]),
    ];

    /// <summary>Every field that is read, with values of every kind.</summary>
    public static IEnumerable<Damage> Fields() =>
        from file in Read
        from field in file.Fields
        from value in Values
        select new Damage($"{file.File} {field} = {value}", folder => Set(folder, file.File, field, value));

    /// <summary>The fields of an encoder's files, likewise.</summary>
    public static IEnumerable<Damage> Encoders() =>
        from place in new[]
        {
            ("config.json", "image_size"), ("config.json", "patch_size"), ("config.json", "num_channels"), ("config.json", "hidden_size"),
            ("config.json", "num_hidden_layers"), ("preprocessor_config.json", "image_mean"), ("preprocessor_config.json", "image_std"),
        }
        from value in Values.Append("[0,0,0]")
        select new Damage($"{place.Item1} {place.Item2} = {value}", folder => Set(folder, place.Item1, place.Item2, value));

    /// <summary>Every file as a whole.</summary>
    public static IEnumerable<Damage> Files()
    {
        string[] names = [.. Read.Select(file => file.File), "model.safetensors.index.json", Weights];
        foreach (var name in names)
        {
            yield return Bytes(name, "empty", _ => []);
            yield return Bytes(name, "cut in the middle", bytes => bytes[..(bytes.Length / 2)]);
            yield return Bytes(name, "zeros", bytes => new byte[bytes.Length + 100]);
            yield return Text(name, "a web page", "<!DOCTYPE html><html><title>Sign in</title></html>");
            yield return Text(name, "a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
            yield return Text(name, "a byte order mark", "\uFEFF{}");
            yield return Bytes(name, "not UTF-8", _ => [(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
            yield return Text(name, "half a character", "{\"\\ud800\":\"\\udfff\"}");
            yield return Text(name, "a name twice", "{\"model_type\":\"llama\",\"model_type\":\"llama\"}");
            yield return Text(name, "deep", new string('[', 200_000));
            yield return Text(name, "a list", "[1,2]");
            yield return Text(name, "a text", "\"llama\"");
            yield return Text(name, "nothing", "null");
            yield return new Damage($"{name}: a folder", folder =>
            {
                File.Delete(Path.Combine(folder, name));
                Directory.CreateDirectory(Path.Combine(folder, name));
            });
            yield return new Damage($"{name}: a link to nothing", folder =>
            {
                File.Delete(Path.Combine(folder, name));
                File.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine(folder, "nowhere"));
            });
        }

        string[] maps =
        [
            "{}", "{\"weight_map\":[]}", "{\"weight_map\":{}}", "{\"weight_map\":{\"a\":1}}", "{\"weight_map\":{\"a\":\"../x\"}}",
            "{\"weight_map\":{\"a\":\"\"}}",
        ];
        foreach (var map in maps)
        {
            yield return new Damage($"index {map}", folder =>
            {
                File.Move(Path.Combine(folder, Weights), Path.Combine(folder, "a.safetensors"));
                File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), map);
            });
        }
    }

    /// <summary>Parts of a tokenizer that other models have.</summary>
    public static IEnumerable<Damage> Tokenizers()
    {
        (string Part, string Value)[] parts =
        [
            ("normalizer", """{"type":"Replace","pattern":{"String":""},"content":"x"}"""),
            ("normalizer", """{"type":"Replace","pattern":{"Regex":"a"},"content":"x"}"""),
            ("normalizer", """{"type":"Replace","pattern":5,"content":"x"}"""),
            ("normalizer", """{"type":"Sequence","normalizers":[1]}"""),
            ("normalizer", $$"""{"type":"Sequence","normalizers":[{{string.Join(",", Enumerable.Repeat("""{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""", 64))}}]}"""),
            ("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"}"""),
            ("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"((\\w|\\w\\w)+)+$(?=x)"},"behavior":"Isolated"}"""),
            ("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"((\\w|\\w\\w)+)+$"},"behavior":"Isolated"}"""),
            ("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"((a{1,30000}){1,30000}){1,30000}"},"behavior":"Isolated"}"""),
            ("pre_tokenizer", $$"""{"type":"Split","pattern":{"Regex":"{{new string('(', 50_000)}}"},"behavior":"Isolated"}"""),
            ("pre_tokenizer", """{"type":"Split","pattern":{},"behavior":"Isolated"}"""),
            ("pre_tokenizer", """{"type":"Split","pattern":{"String":" "},"behavior":"3"}"""),
            ("pre_tokenizer", """{"type":"Metaspace","replacement":""}"""),
            ("pre_tokenizer", """{"type":"Metaspace","replacement":"__","prepend_scheme":"always"}"""),
            ("pre_tokenizer", """{"type":"Metaspace","prepend_scheme":"sometimes"}"""),
            ("pre_tokenizer", """{"type":"Digits","individual_digits":1}"""),
            ("post_processor", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"x"}}],"special_tokens":{}}"""),
            ("post_processor", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"x"}}],"special_tokens":{"x":{"ids":[-5]}}}"""),
            ("post_processor", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"x"}}],"special_tokens":{"x":{"ids":[1e9]}}}"""),
            ("post_processor", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"x"}}],"special_tokens":{"x":{"ids":"1"}}}"""),
            ("post_processor", """{"type":"TemplateProcessing","single":[1],"special_tokens":{}}"""),
            ("post_processor", """{"type":"TemplateProcessing","single":[],"special_tokens":{}}"""),
            ("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":7},{"Sequence":{"id":"A"}}],"special_tokens":[]}"""),
            ("model/vocab", """{"a":0,"b":0}"""),
            ("model/vocab", """{"":0}"""),
            ("model/merges", """["a zz"]"""),
            ("model/merges", """["a b c"]"""),
            ("model/merges", """[["a"]]"""),
            ("added_tokens", """[{"id":0,"content":"a"}]"""),
            ("added_tokens", """[{"id":5,"content":"x"},{"id":5,"content":"y"}]"""),
            ("added_tokens", """[{"id":-3,"content":"x"}]"""),
            ("added_tokens", """[{"id":319,"content":"","special":true}]"""),
        ];
        foreach (var (part, value) in parts)
        {
            yield return new Damage($"tokenizer.json {part} = {value[..Math.Min(value.Length, 120)]}", folder => Set(folder, "tokenizer.json", part, value));
        }
    }

    /// <summary>Headers of weight files that are not what they say.</summary>
    public static IEnumerable<Damage> Headers()
    {
        const string Name = "model.norm.weight";
        (string What, string Header)[] headers =
        [
            ("empty", ""), ("no JSON", "hello"), ("a list", "[]"), ("a number", "5"), ("null", "null"), ("cut", "{\"a\":{"),
            ("deep", new string('[', 100_000)), ("nothing", "{}"),
            ("a name twice", "{" + Tensor(Name) + "," + Tensor(Name) + "}"),
            ("metadata that is a number", """{"__metadata__":5}"""), ("metadata of numbers", """{"__metadata__":{"format":5}}"""),
            ("metadata of objects", """{"__metadata__":{"format":{}}}"""), ("a tensor that is a text", """{"a":"b"}"""),
            ("a tensor that is null", """{"a":null}"""), ("no dtype", """{"a":{"shape":[1],"data_offsets":[0,4]}}"""),
            ("no shape", """{"a":{"dtype":"F32","data_offsets":[0,4]}}"""), ("no offsets", """{"a":{"dtype":"F32","shape":[1]}}"""),
            ("an unknown dtype", One(dtype: "\"F3\"")),
            ("a dtype that is a number", One(dtype: "7")),
            ("a dtype of another case", One(dtype: "\"f32\"")),
            ("a shape that is a number", One(shape: "32")),
            ("a shape of texts", One(shape: "[\"32\"]")),
            ("a negative shape", One(shape: "[-32]")),
            ("a fractional shape", One(shape: "[1.5]")), ("a huge shape", One(shape: "[4611686018427387904,4611686018427387904]")),
            ("a shape beyond 64 bits", One(shape: "[99999999999999999999]")),
            ("a shape that is not its bytes", One(shape: "[33]")),
            ("very many dimensions", One(shape: $"[{string.Join(",", Enumerable.Repeat("1", 100_000))}]")),
            ("reversed offsets", One(offsets: "[128,0]")),
            ("negative offsets", One(offsets: "[-128,0]")),
            ("one offset", One(offsets: "[128]")),
            ("three offsets", One(offsets: "[0,64,128]")), ("offsets of texts", One(offsets: "[\"0\",\"128\"]")),
            ("offsets beyond the file", One(offsets: "[9007199254740992,9007199254741120]")), ("a gap", One(offsets: "[8,136]")),
            ("overlapping tensors", """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[4,12]}}"""),
            ("half a character as name", """{"\ud800":{"dtype":"U8","shape":[128],"data_offsets":[0,128]}}"""),
            ("a name that a terminal obeys", """{"\u001b[2J\n":{"dtype":"U8","shape":[128],"data_offsets":[0,128]}}"""),
            ("very many tensors", "{" + string.Join(",", Enumerable.Range(0, 20_000).Select(i => $$"""
                "t{{i}}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}
                """)) + "}"),
        ];
        foreach (var (what, header) in headers)
        {
            var bytes = Encoding.UTF8.GetBytes(header);
            yield return new Damage($"header: {what}", folder => Write(folder, (ulong)bytes.Length, bytes));
        }

        ulong[] lengths = [7, 100_000, 40_000_000, 100_000_001, int.MaxValue, uint.MaxValue, long.MaxValue, ulong.MaxValue];
        foreach (var length in lengths)
        {
            yield return new Damage($"header: of {length} bytes, it says", folder => Write(folder, length, "{}"u8.ToArray()));
        }

        static string Tensor(string name) => $$"""
            "{{name}}":{"dtype":"F32","shape":[32],"data_offsets":[0,128]}
            """;

        static string One(string dtype = "\"F32\"", string shape = "[32]", string offsets = "[0,128]") =>
            $$$"""{"{{{Name}}}":{"dtype":{{{dtype}}},"shape":{{{shape}}},"data_offsets":{{{offsets}}}} }""";

        static void Write(string folder, ulong length, byte[] header)
        {
            var start = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(start, length);
            File.WriteAllBytes(Path.Combine(folder, Weights), [.. start, .. header, .. new byte[128]]);
        }
    }

    private static Damage Text(string name, string what, string content) => Bytes(name, what, _ => Encoding.UTF8.GetBytes(content));

    private static Damage Bytes(string name, string what, Func<byte[], byte[]> change) => new($"{name}: {what}", folder =>
    {
        var path = Path.Combine(folder, name);
        if (name.EndsWith("index.json", StringComparison.Ordinal))
        {
            File.Move(Path.Combine(folder, Weights), Path.Combine(folder, "a.safetensors"));
        }

        File.WriteAllBytes(path, change(File.Exists(path) ? File.ReadAllBytes(path) : "{}"u8.ToArray()));
    });

    /// <summary>Puts a value, as it is written, in the place of a field.</summary>
    private static void Set(string folder, string file, string field, string value)
    {
        const string Mark = "\"<the value>\"";
        var path = Path.Combine(folder, file);
        var json = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))! : new JsonObject();
        var steps = field.Split('/');
        var parent = steps[..^1].Aggregate(json, (node, step) => node is JsonArray list ? list[int.Parse(step, null)]! : node[step]!);
        if (parent is JsonArray items)
        {
            items[int.Parse(steps[^1], null)] = "<the value>";
        }
        else
        {
            parent[steps[^1]] = "<the value>";
        }

        File.WriteAllText(path, json.ToJsonString(Relaxed).Replace(Mark, value, StringComparison.Ordinal));
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
