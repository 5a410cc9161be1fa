using System.Text.Json;
using Graft.Common;

namespace Graft.Data.Tokenization;

/// <summary>The tokens that mean something to the model, by id.</summary>
/// <param name="Bos">Beginning of a text, if the tokenizer has one.</param>
/// <param name="Eos">End of a text, if the tokenizer has one.</param>
/// <param name="Pad">What fills up a row of a batch. Padding is masked by length, never by id, so it may be another token's id.</param>
/// <param name="Stop">The ids at which generation ends: the end of a text and those of generation_config.json.</param>
public sealed record SpecialTokens(int? Bos, int? Eos, int Pad, IReadOnlyList<int> Stop);

/// <summary>Reads special tokens from the files beside a tokenizer.</summary>
internal sealed class SpecialTokensReader(string folder, Func<string, int?> idOf)
{
    /// <summary>Files that name special tokens by their text, the most telling first.</summary>
    private static readonly string[] ByText = ["tokenizer_config.json", "special_tokens_map.json"];

    /// <summary>Files that name special tokens by their id.</summary>
    private static readonly string[] ById = ["generation_config.json", "config.json"];

    private readonly Dictionary<string, JsonFields> _files = ByText.Concat(ById)
        .Select(name => (Name: name, Path: Path.Combine(folder, name)))
        .Where(file => File.Exists(file.Path))
        .ToDictionary(file => file.Name, file => JsonFields.Read(file.Path, (message, cause) => new TokenizerException(message, cause)));

    /// <summary>Whether tokenizer_config.json has a switch, or null where it does not say.</summary>
    public bool? Switch(string name) =>
        _files.TryGetValue("tokenizer_config.json", out var config) && config.Has(name) ? config.Flag(name) : null;

    public SpecialTokens Read()
    {
        int? bos = Find("bos").FirstOrDefault(), eos = Find("eos").FirstOrDefault(), pad = Find("pad").FirstOrDefault();
        IEnumerable<int?> stop = [eos, .. Ids("generation_config.json", "eos_token_id")];
        return new SpecialTokens(bos, eos, pad ?? eos ?? 0, [.. stop.OfType<int>().Distinct()]);
    }

    private IEnumerable<int?> Find(string kind)
    {
        foreach (var file in ByText)
        {
            if (Text(file, kind + "_token") is { } text)
            {
                yield return idOf(text) ?? throw new TokenizerException(
                    $"{Path.Combine(folder, file)}: {kind}_token is '{text}', which the tokenizer's vocabulary does not hold; add it to "
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
        if (!_files.TryGetValue(file, out var json))
        {
            return null;
        }

        return json.Find(field)?.ValueKind switch
        {
            JsonValueKind.String => json.Text(field),
            JsonValueKind.Object => json.Section(field)!.Text("content"),
            _ => null,
        };
    }

    private IReadOnlyList<int> Ids(string file, string field) =>
        _files.TryGetValue(file, out var json) ? json.Integers(field) : [];
}
