using Graft.Common;

namespace Graft.Data.Tokenization;

/// <summary>The tokens that mean something to the model, by id.</summary>
/// <param name="Bos">Beginning of a text, if the tokenizer has one.</param>
/// <param name="Eos">End of a text, if the tokenizer has one.</param>
/// <param name="Pad">What fills up a row of a batch. Padding is masked by length, never by id, so it may be another token's id.</param>
/// <param name="Stop">The ids at which generation ends: the end of a text and those of generation_config.json.</param>
public sealed record SpecialTokens(int? Bos, int? Eos, int Pad, IReadOnlyList<int> Stop);

/// <summary>
/// Reads special tokens from the files beside a tokenizer; where they disagree, the one that transformers takes comes first.
/// </summary>
internal sealed class SpecialTokensReader
{
    private const string TokenizerConfig = "tokenizer_config.json";
    private const string SpecialTokensMap = "special_tokens_map.json";
    private const string AddedTokens = "added_tokens.json";
    private const string GenerationConfig = "generation_config.json";
    private const string ModelConfig = "config.json";

    /// <summary>What newer releases write into tokenizer_config.json, and with it leave the other files unread.</summary>
    private const string AddedTokensDecoder = "added_tokens_decoder";

    /// <summary>Files that name special tokens by their id.</summary>
    private static readonly string[] ById = [GenerationConfig, ModelConfig];

    private readonly string _folder;
    private readonly Func<string, int?> _idOf;
    private readonly Dictionary<string, JsonFields> _files;

    /// <summary>Reads the files that are there.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="idOf">The id of a token's text.</param>
    /// <exception cref="TokenizerException">A file cannot be read.</exception>
    public SpecialTokensReader(string folder, Func<string, int?> idOf)
    {
        (_folder, _idOf) = (folder, idOf);
        _files = new[] { TokenizerConfig, SpecialTokensMap, AddedTokens, GenerationConfig, ModelConfig }
            .Select(name => (Name: name, Path: Path.Combine(folder, name)))
            .Where(file => File.Exists(file.Path) || Directory.Exists(file.Path))
            .ToDictionary(file => file.Name, file => JsonFields.Read(file.Path, Fault));
    }

    /// <summary>Whether tokenizer_config.json knows all added tokens: then the files of older releases do not count.</summary>
    private bool IsNewer => _files.TryGetValue(TokenizerConfig, out var config) && config.Has(AddedTokensDecoder);

    /// <summary>Files that name special tokens by their text, the most telling first.</summary>
    private string[] ByText => IsNewer ? [TokenizerConfig, SpecialTokensMap] : [SpecialTokensMap, TokenizerConfig];

    /// <summary>Whether tokenizer_config.json has a switch, or null where it does not say.</summary>
    public bool? Switch(string name) =>
        _files.TryGetValue(TokenizerConfig, out var config) && config.Has(name) ? config.Flag(name) : null;

    private static TokenizerException Fault(string message, Exception? cause) => new(message, cause);

    /// <summary>The special tokens.</summary>
    /// <exception cref="TokenizerException">A file names a token that the tokenizer does not have.</exception>
    public SpecialTokens Read()
    {
        RefuseUnknownTokens();
        int? bos = Find("bos").FirstOrDefault(), eos = Find("eos").FirstOrDefault(), pad = Find("pad").FirstOrDefault();
        IEnumerable<int?> stop = [eos, .. Ids(_files.ContainsKey(GenerationConfig) ? GenerationConfig : ModelConfig, "eos_token_id")];
        return new SpecialTokens(bos, eos, pad ?? eos ?? 0, [.. stop.OfType<int>().Distinct()]);
    }

    /// <summary>transformers would make these tokens of their own; here their texts would become other tokens.</summary>
    private void RefuseUnknownTokens()
    {
        var (file, tokens) = IsNewer
            ? (TokenizerConfig, _files[TokenizerConfig].RequiredSection(AddedTokensDecoder).NamedSections().Select(token =>
                token.Section.RequiredText("content")))
            : (AddedTokens, _files.GetValueOrDefault(AddedTokens)?.WholeNumbers().Keys ?? Enumerable.Empty<string>());
        if (tokens.FirstOrDefault(token => _idOf(token) is null) is { } unknown)
        {
            throw new TokenizerException($"{Path.Combine(_folder, file)}: adds the token '{unknown}', which the tokenizer does not have; save the "
                + "tokenizer with save_pretrained, which writes it into tokenizer.json");
        }
    }

    private IEnumerable<int?> Find(string kind)
    {
        foreach (var file in ByText)
        {
            if (Text(file, kind + "_token") is { } text)
            {
                yield return _idOf(text) ?? throw new TokenizerException(
                    $"{Path.Combine(_folder, file)}: {kind}_token is '{text}', which the tokenizer's vocabulary does not hold; add it to "
                        + "tokenizer.json's added_tokens or correct the file");
            }
        }

        foreach (var id in ById.SelectMany(file => Ids(file, kind + "_token_id")))
        {
            yield return id;
        }
    }

    private string? Text(string file, string field)
    {
        return !_files.TryGetValue(file, out var json) || !json.Has(field) ? null
            : json.IsSection(field) ? json.Section(field)!.RequiredText("content")
            : json.Text(field);
    }

    // Files say -1 where they mean that there is no such token.
    private IEnumerable<int?> Ids(string file, string field) =>
        _files.TryGetValue(file, out var json) ? json.Integers(field).Where(id => id >= 0).Cast<int?>() : [];
}
