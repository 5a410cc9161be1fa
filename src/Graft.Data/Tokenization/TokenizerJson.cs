using System.Text.Json;
using System.Text.RegularExpressions;

namespace Graft.Data.Tokenization;

/// <summary>
/// Reads a tokenizer.json: byte-level BPE (GPT-2, LLaMA-3, SmolLM) and BPE with byte fallback (LLaMA-2, Mistral). A part that
/// Graft does not know is an error that names it: skipping it would give other tokens than the model was trained on.
/// </summary>
internal sealed class TokenizerJson(string path)
{
    private readonly JsonElement _root = JsonFile.Read(path);

    public (string Kind, TokenizerParts Parts) Read()
    {
        JsonElement model = Require(_root, "model");
        string type = JsonFile.TypeOf(model) ?? (model.TryGetProperty("merges", out _) ? "BPE" : "?");
        if (type != "BPE")
        {
            throw Unknown("model", type, "BPE");
        }

        AddedToken[] added = [.. ReadAddedTokens()];
        Dictionary<string, int> vocabulary = Require(model, "vocab").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());
        (string Left, string Right)[] merges = [.. ReadMerges(Require(model, "merges"))];
        RefuseModelOptions(model);
        JsonElement? preTokenizer = JsonFile.Part(_root, "pre_tokenizer"), decoder = JsonFile.Part(_root, "decoder");
        bool byteLevel = Types(preTokenizer).Concat(Types(decoder)).Contains("ByteLevel");
        ITokenModel tokenModel = byteLevel
            ? new ByteLevelTokenModel(vocabulary, merges.Select(m => $"{m.Left} {m.Right}"), JsonFile.Flag(model, "ignore_merges"))
            : new SentencePieceTokenModel(
                vocabulary,
                Rank(merges, vocabulary),
                JsonFile.Flag(model, "byte_fallback"),
                JsonFile.String(model, "unk_token") is { } unknown && vocabulary.TryGetValue(unknown, out int id) ? id : null,
                JsonFile.Flag(model, "fuse_unk"));
        (int[] prefix, int[] suffix) = ReadPostProcessor(JsonFile.Part(_root, "post_processor"));
        var parts = new TokenizerParts(
            added,
            JsonFile.Part(_root, "normalizer") is { } n ? ReadNormalizer(n) : null,
            preTokenizer is { } p ? ReadPreTokenizer(p) : null,
            tokenModel,
            prefix,
            suffix,
            !byteLevel && Types(decoder).Any(t => t is "Strip" or "Metaspace"));
        return (byteLevel ? "byteLevelBpe" : "sentencePieceBpe", parts);
    }

    /// <summary>The types of a part and, for a sequence, of its members.</summary>
    private static IEnumerable<string> Types(JsonElement? part)
    {
        if (part is not { } given || JsonFile.TypeOf(given) is not { } type)
        {
            return [];
        }

        return [type, .. Members(given).SelectMany(member => Types(member))];
    }

    private static IEnumerable<JsonElement> Members(JsonElement sequence) =>
        new[] { "normalizers", "pretokenizers", "processors", "decoders" }
            .Select(name => JsonFile.Part(sequence, name))
            .OfType<JsonElement>()
            .SelectMany(members => members.EnumerateArray());

    private static Dictionary<(int, int), (int, int)> Rank((string Left, string Right)[] merges, Dictionary<string, int> vocabulary)
    {
        var ranks = new Dictionary<(int, int), (int, int)>(merges.Length);
        for (int rank = 0; rank < merges.Length; rank++)
        {
            var (left, right) = merges[rank];
            if (vocabulary.TryGetValue(left, out int l) && vocabulary.TryGetValue(right, out int r)
                && vocabulary.TryGetValue(left + right, out int made))
            {
                ranks.TryAdd((l, r), (rank, made));
            }
        }

        return ranks;
    }

    private IEnumerable<(string, string)> ReadMerges(JsonElement merges)
    {
        foreach (JsonElement merge in merges.EnumerateArray())
        {
            // Newer files write ["left", "right"], older ones "left right".
            string[] pair = merge.ValueKind == JsonValueKind.Array
                ? [.. merge.EnumerateArray().Select(e => e.GetString() ?? "")]
                : (merge.GetString() ?? "").Split(' ');
            if (pair.Length != 2)
            {
                throw new TokenizerException($"{path}: model.merges holds '{merge}', which is not a pair");
            }

            yield return (pair[0], pair[1]);
        }
    }

    private void RefuseModelOptions(JsonElement model)
    {
        foreach (string option in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (!string.IsNullOrEmpty(JsonFile.String(model, option)))
            {
                throw new TokenizerException($"{path}: model.{option} is not supported");
            }
        }

        if (JsonFile.Part(model, "dropout") is { ValueKind: JsonValueKind.Number } dropout && dropout.GetDouble() > 0)
        {
            throw new TokenizerException($"{path}: model.dropout is not supported: it would make tokens depend on chance");
        }
    }

    private IEnumerable<AddedToken> ReadAddedTokens()
    {
        if (JsonFile.Part(_root, "added_tokens") is not { } tokens)
        {
            yield break;
        }

        foreach (JsonElement token in tokens.EnumerateArray())
        {
            string content = JsonFile.String(token, "content")
                ?? throw new TokenizerException($"{path}: an entry of added_tokens has no content");
            if (JsonFile.Flag(token, "single_word"))
            {
                throw new TokenizerException($"{path}: added token '{content}' has single_word, which is not supported");
            }

            yield return new AddedToken(
                Require(token, "id").GetInt32(),
                content,
                JsonFile.Flag(token, "special"),
                JsonFile.Flag(token, "lstrip"),
                JsonFile.Flag(token, "rstrip"),
                JsonFile.Flag(token, "normalized"));
        }
    }

    private INormalizer ReadNormalizer(JsonElement part) => JsonFile.TypeOf(part) switch
    {
        "Sequence" => new NormalizerSequence([.. Members(part).Select(ReadNormalizer)]),
        "Prepend" => new PrependNormalizer(JsonFile.String(part, "prepend") ?? ""),
        "Replace" => new ReplaceNormalizer(LiteralPattern(part), JsonFile.String(part, "content") ?? ""),
        "Lowercase" => new LowercaseNormalizer(),
        var type => throw Unknown("normalizer", type, "Sequence, Prepend, Replace, Lowercase"),
    };

    private IPreTokenizer ReadPreTokenizer(JsonElement part) => JsonFile.TypeOf(part) switch
    {
        "Sequence" => new PreTokenizerSequence([.. Members(part).Select(ReadPreTokenizer)]),
        "ByteLevel" => new ByteLevelSplit(JsonFile.Flag(part, "add_prefix_space"), JsonFile.Flag(part, "use_regex", true)),
        "Digits" => new DigitsSplit(JsonFile.Flag(part, "individual_digits")),
        "Split" => new RegexSplit(Pattern(part), Behavior(part), JsonFile.Flag(part, "invert")),
        "Metaspace" => new MetaspaceSplit(
            (JsonFile.String(part, "replacement") ?? "\u2581")[0],
            JsonFile.String(part, "prepend_scheme") ?? (JsonFile.Flag(part, "add_prefix_space", true) ? "always" : "never"),
            JsonFile.Flag(part, "split", true)),
        var type => throw Unknown("pre_tokenizer", type, "Sequence, ByteLevel, Digits, Split, Metaspace"),
    };

    private (int[] Prefix, int[] Suffix) ReadPostProcessor(JsonElement? part)
    {
        if (part is not { } given)
        {
            return ([], []);
        }

        switch (JsonFile.TypeOf(given))
        {
            case "ByteLevel": // moves offsets only
                return ([], []);
            case "Sequence":
                (int[] Prefix, int[] Suffix)[] members = [.. Members(given).Select(m => ReadPostProcessor(m))];
                return ([.. members.Reverse().SelectMany(m => m.Prefix)], [.. members.SelectMany(m => m.Suffix)]);
            case "TemplateProcessing":
                JsonElement[] single = [.. Require(given, "single").EnumerateArray()];
                int text = Array.FindIndex(single, item => item.TryGetProperty("Sequence", out _));
                return text < 0
                    ? throw new TokenizerException($"{path}: post_processor.single has no place for the text")
                    : (Ids(single[..text]), Ids(single[(text + 1)..]));
            case var type:
                throw Unknown("post_processor", type, "Sequence, ByteLevel, TemplateProcessing");
        }

        int[] Ids(JsonElement[] items) => [.. items.SelectMany(item => SpecialIds(given, item))];
    }

    private int[] SpecialIds(JsonElement processor, JsonElement item)
    {
        string name = JsonFile.String(Require(item, "SpecialToken"), "id") ?? "";
        return [.. Require(Require(Require(processor, "special_tokens"), name), "ids").EnumerateArray().Select(id => id.GetInt32())];
    }

    private string LiteralPattern(JsonElement part) =>
        JsonFile.Part(part, "pattern") is { } pattern && JsonFile.String(pattern, "String") is { } literal
        ? literal
        : throw new TokenizerException($"{path}: a Replace normalizer with a regular expression is not supported");

    private Regex Pattern(JsonElement part)
    {
        JsonElement pattern = Require(part, "pattern");
        string source = JsonFile.String(pattern, "Regex") ?? Regex.Escape(JsonFile.String(pattern, "String") ?? "");
        try
        {
            return new Regex(source, RegexOptions.CultureInvariant | RegexOptions.Compiled);
        }
        catch (ArgumentException e)
        {
            throw new TokenizerException($"{path}: pre_tokenizer's pattern cannot be used: {e.Message}", e);
        }
    }

    private SplitBehavior Behavior(JsonElement part) =>
        Enum.TryParse(JsonFile.String(part, "behavior"), out SplitBehavior behavior)
            ? behavior
            : throw Unknown("pre_tokenizer.behavior", JsonFile.String(part, "behavior"), string.Join(", ", Enum.GetNames<SplitBehavior>()));

    private JsonElement Require(JsonElement parent, string name) =>
        JsonFile.Part(parent, name) ?? throw new TokenizerException($"{path}: the field '{name}' is missing");

    private TokenizerException Unknown(string part, string? type, string known) =>
        new($"{path}: {part} of type '{type}' is not supported (supported: {known})");
}
