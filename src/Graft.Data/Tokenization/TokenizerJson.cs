using System.Text.RegularExpressions;
using Graft.Common;

namespace Graft.Data.Tokenization;

/// <summary>
/// Reads a tokenizer.json: byte-level BPE (GPT-2, LLaMA-3, SmolLM) and BPE with byte fallback (LLaMA-2, Mistral). A part that
/// Graft does not know is an error that names it: skipping it would give other tokens than the model was trained on.
/// </summary>
internal sealed class TokenizerJson(string path)
{
    /// <summary>The largest file that is read; vocabularies of a quarter of a million tokens take some 30 MiB.</summary>
    private const long MaximumBytes = 64L << 20;

    private readonly JsonFields _root = JsonFields.Read(path, (message, cause) => new TokenizerException(message, cause), MaximumBytes);

    public (string Kind, TokenizerParts Parts) Read()
    {
        var model = _root.RequiredSection("model");
        var type = model.Text("type") ?? (model.Has("merges") ? "BPE" : "?");
        if (type != "BPE")
        {
            throw Unknown("model", type, "BPE");
        }

        AddedToken[] added = [.. ReadAddedTokens()];
        var vocabulary = model.RequiredSection("vocab").WholeNumbers();
        new VocabularyCheck(path).Check(vocabulary, added);
        (string Left, string Right)[] merges = [.. ReadMerges(model, vocabulary)];
        RefuseModelOptions(model);
        JsonFields? preTokenizer = _root.Section("pre_tokenizer"), decoder = _root.Section("decoder");
        var byteLevel = Types(preTokenizer).Concat(Types(decoder)).Contains("ByteLevel");
        ITokenModel tokenModel = byteLevel
            ? new ByteLevelTokenModel(vocabulary, merges.Select(m => $"{m.Left} {m.Right}"), model.Flag("ignore_merges"))
            : new SentencePieceTokenModel(
                vocabulary,
                Rank(merges, vocabulary),
                model.Flag("byte_fallback"),
                model.Text("unk_token") is { } unknown && vocabulary.TryGetValue(unknown, out var id) ? id : null,
                model.Flag("fuse_unk"));
        (var prefix, var suffix) = ReadPostProcessor(_root.Section("post_processor"));
        var parts = new TokenizerParts(
            added,
            _root.Section("normalizer") is { } n ? ReadNormalizer(n) : null,
            preTokenizer is { } p ? ReadPreTokenizer(p) : null,
            tokenModel,
            prefix,
            suffix,
            !byteLevel && Types(decoder).Any(t => t is "Strip" or "Metaspace"));
        return (byteLevel ? "byteLevelBpe" : "sentencePieceBpe", parts);
    }

    /// <summary>The types of a part and, for a sequence, of its members.</summary>
    private static IEnumerable<string> Types(JsonFields? part)
    {
        if (part is not { } given || given.Text("type") is not { } type)
        {
            return [];
        }

        return [type, .. Members(given).SelectMany(member => Types(member))];
    }

    private static IEnumerable<JsonFields> Members(JsonFields sequence) =>
        new[] { "normalizers", "pretokenizers", "processors", "decoders" }
            .SelectMany(sequence.Sections);

    private static Dictionary<(int, int), (int, int)> Rank((string Left, string Right)[] merges, Dictionary<string, int> vocabulary)
    {
        var ranks = new Dictionary<(int, int), (int, int)>(merges.Length);
        for (var rank = 0; rank < merges.Length; rank++)
        {
            var (left, right) = merges[rank];
            ranks.TryAdd((vocabulary[left], vocabulary[right]), (rank, vocabulary[left + right]));
        }

        return ranks;
    }

    private IEnumerable<(string, string)> ReadMerges(JsonFields model, Dictionary<string, int> vocabulary)
    {
        foreach (var (merge, rank) in model.TextLists("merges").Select((merge, rank) => (merge, rank)))
        {
            // Newer files write ["left", "right"], older ones "left right".
            var pair = merge is [var whole] ? whole.Split(' ') : merge;
            if (pair.Count != 2)
            {
                throw new TokenizerException($"{path}: model.merges[{rank}] holds '{string.Join("', '", merge)}', which is not a pair");
            }

            foreach (var token in new[] { pair[0], pair[1], pair[0] + pair[1] })
            {
                if (!vocabulary.ContainsKey(token))
                {
                    throw new TokenizerException($"{path}: model.merges[{rank}] joins '{pair[0]}' and '{pair[1]}', and model.vocab lacks '{token}'");
                }
            }

            yield return (pair[0], pair[1]);
        }
    }

    private void RefuseModelOptions(JsonFields model)
    {
        foreach (var option in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (!string.IsNullOrEmpty(model.Text(option)))
            {
                throw new TokenizerException($"{path}: model.{option} is not supported");
            }
        }

        if (model.Double("dropout", 0) > 0)
        {
            throw new TokenizerException($"{path}: model.dropout is not supported: it would make tokens depend on chance");
        }
    }

    private IEnumerable<AddedToken> ReadAddedTokens()
    {
        foreach (var token in _root.Sections("added_tokens"))
        {
            var content = token.RequiredText("content");
            if (token.Flag("single_word"))
            {
                throw new TokenizerException($"{path}: added token '{content}' has single_word, which is not supported");
            }

            yield return new AddedToken(
                token.Int("id"),
                content,
                token.Flag("special"),
                token.Flag("lstrip"),
                token.Flag("rstrip"),
                token.Flag("normalized"));
        }
    }

    private INormalizer ReadNormalizer(JsonFields part) => part.Text("type") switch
    {
        "Sequence" => new NormalizerSequence([.. Members(part).Select(ReadNormalizer)]),
        "Prepend" => new PrependNormalizer(part.Text("prepend") ?? ""),
        "Replace" => new ReplaceNormalizer(LiteralPattern(part), part.Text("content") ?? "", path),
        "Lowercase" => new LowercaseNormalizer(),
        var type => throw Unknown("normalizer", type, "Sequence, Prepend, Replace, Lowercase"),
    };

    private IPreTokenizer ReadPreTokenizer(JsonFields part) => part.Text("type") switch
    {
        "Sequence" => new PreTokenizerSequence([.. Members(part).Select(ReadPreTokenizer)]),
        "ByteLevel" => new ByteLevelSplit(part.Flag("add_prefix_space"), part.Flag("use_regex", true)),
        "Digits" => new DigitsSplit(part.Flag("individual_digits")),
        "Split" => new RegexSplit(Pattern(part), Behavior(part), part.Flag("invert")),
        "Metaspace" => new MetaspaceSplit(Mark(part), Scheme(part), part.Flag("split", true)),
        var type => throw Unknown("pre_tokenizer", type, "Sequence, ByteLevel, Digits, Split, Metaspace"),
    };

    private static char Mark(JsonFields part) =>
        (part.Text("replacement") ?? "\u2581") is [var mark] ? mark : throw part.Wrong("replacement", "one character");

    private static string Scheme(JsonFields part)
    {
        var scheme = part.Text("prepend_scheme") ?? (part.Flag("add_prefix_space", true) ? "always" : "never");
        return scheme is "always" or "first" or "never" ? scheme : throw part.Wrong("prepend_scheme", "always, first or never");
    }

    private (int[] Prefix, int[] Suffix) ReadPostProcessor(JsonFields? part)
    {
        if (part is not { } given)
        {
            return ([], []);
        }

        switch (given.Text("type"))
        {
            case "ByteLevel": // moves offsets only
                return ([], []);
            case "Sequence":
                (int[] Prefix, int[] Suffix)[] members = [.. Members(given).Select(m => ReadPostProcessor(m))];
                return ([.. members.Reverse().SelectMany(m => m.Prefix)], [.. members.SelectMany(m => m.Suffix)]);
            case "TemplateProcessing":
                JsonFields[] single = [.. given.Sections("single")];
                var ids = given.Section("special_tokens")?.NamedSections().ToDictionary(token => token.Name, token => token.Section) ?? [];
                var text = Array.FindIndex(single, item => item.Has("Sequence"));
                return text < 0
                    ? throw new TokenizerException($"{path}: post_processor.single has no place for the text")
                    : (Ids(single[..text], ids), Ids(single[(text + 1)..], ids));
            case var type:
                throw Unknown("post_processor", type, "Sequence, ByteLevel, TemplateProcessing");
        }
    }

    private static int[] Ids(JsonFields[] items, Dictionary<string, JsonFields> tokens)
    {
        return [.. items.SelectMany(IdsOf)];

        IReadOnlyList<int> IdsOf(JsonFields item)
        {
            var named = item.RequiredSection("SpecialToken");
            return tokens.TryGetValue(named.RequiredText("id"), out var token)
                ? token.Integers("ids")
                : throw named.Wrong("id", "a name in special_tokens");
        }
    }

    private string LiteralPattern(JsonFields part)
    {
        var pattern = part.RequiredSection("pattern");
        var text = pattern.Text("String")
            ?? throw new TokenizerException($"{path}: a Replace normalizer with a regular expression is not supported");
        return text.Length > 0 ? text : throw pattern.Wrong("String", "at least one character");
    }

    private BoundedPattern Pattern(JsonFields part)
    {
        var pattern = part.RequiredSection("pattern");
        return new BoundedPattern(pattern.Text("Regex") ?? Regex.Escape(pattern.RequiredText("String")), path);
    }

    private SplitBehavior Behavior(JsonFields part) =>
        part.Text("behavior") is { } name && Enum.GetNames<SplitBehavior>().Contains(name)
            ? Enum.Parse<SplitBehavior>(name)
            : throw Unknown("pre_tokenizer.behavior", part.Text("behavior"), string.Join(", ", Enum.GetNames<SplitBehavior>()));

    private TokenizerException Unknown(string part, string? type, string known) =>
        new($"{path}: {part} of type '{type}' is not supported (supported: {known})");
}
