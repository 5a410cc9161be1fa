using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Graft.Data.Tokenization;

/// <summary>A byte-level BPE vocabulary, and its files in the Hugging Face layout.</summary>
/// <param name="SpecialTokens">The special tokens; they have the first ids. The first of them ends a text.</param>
/// <param name="Tokens">All tokens, by id, written in the <see cref="ByteAlphabet"/>.</param>
/// <param name="Merges">The merges in order.</param>
public sealed record BytePairVocabulary(
    IReadOnlyList<string> SpecialTokens, IReadOnlyList<string> Tokens, IReadOnlyList<(string Left, string Right)> Merges)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes tokenizer.json and tokenizer_config.json. Digits stand alone, and the rest is split as GPT-2 does.</summary>
    public void Save(string folder, int maxLength)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), TokenizerJson().ToJsonString(Indented) + "\n");
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), Config(maxLength).ToJsonString(Indented) + "\n");
    }

    /// <summary>The pre-tokenizer that <see cref="Save"/> writes: what a trainer of such a vocabulary has to be given.</summary>
    public static IPreTokenizer PreTokenizer { get; } =
        new PreTokenizerSequence([new DigitsSplit(individual: true), new ByteLevelSplit(addPrefixSpace: false, useRegex: true)]);

    private JsonObject TokenizerJson() => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. SpecialTokens.Select((token, id) => new JsonObject
        {
            ["id"] = id,
            ["content"] = token,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        })]),
        ["normalizer"] = null,
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "Digits", ["individual_digits"] = true }, ByteLevel()),
        },
        ["post_processor"] = null,
        ["decoder"] = ByteLevel(),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = new JsonObject(Tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)JsonValue.Create(id)))),
            ["merges"] = new JsonArray([.. Merges.Select(m => (JsonNode)new JsonArray(m.Left, m.Right))]),
        },
    };

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = true,
    };

    private JsonObject Config(int maxLength) => new()
    {
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["model_max_length"] = maxLength,
        ["bos_token"] = SpecialTokens[0],
        ["eos_token"] = SpecialTokens[0],
        ["unk_token"] = SpecialTokens[0],
        ["add_bos_token"] = false,
        ["clean_up_tokenization_spaces"] = false,
    };
}
