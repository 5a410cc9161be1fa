using System.Text;

namespace Graft.Data.Tokenization;

/// <summary>The parts of a tokenizer, in the order in which a text passes through them.</summary>
/// <param name="AddedTokens">Tokens found in the text before anything else.</param>
/// <param name="Normalizer">What changes the text, if anything.</param>
/// <param name="PreTokenizer">What cuts it into pieces, if anything.</param>
/// <param name="Model">What turns a piece into ids.</param>
/// <param name="Prefix">Ids in front of a whole text (the beginning-of-text token, where the tokenizer puts one).</param>
/// <param name="Suffix">Ids after a whole text.</param>
/// <param name="DropsLeadingBlank">Whether decoding takes one blank off the beginning, as SentencePiece's dummy prefix asks for.</param>
public sealed record TokenizerParts(
    IReadOnlyList<AddedToken> AddedTokens,
    INormalizer? Normalizer,
    IPreTokenizer? PreTokenizer,
    ITokenModel Model,
    IReadOnlyList<int> Prefix,
    IReadOnlyList<int> Suffix,
    bool DropsLeadingBlank);

/// <summary>Turns text into token ids and back, as the tokenizer files beside a model say. Safe for use by several threads.</summary>
public sealed class TextTokenizer
{
    private readonly TokenizerParts _parts;
    private readonly AddedTokenMatcher _inText;
    private readonly AddedTokenMatcher _inNormalizedText;
    private readonly Dictionary<int, AddedToken> _addedById;
    private readonly Dictionary<string, AddedToken> _addedByText;

    /// <summary>Creates a tokenizer from its parts.</summary>
    /// <param name="kind">What it is, for people: <c>byteLevelBpe</c> or <c>sentencePieceBpe</c>.</param>
    /// <param name="parts">The parts.</param>
    /// <param name="special">Finds the special tokens once the vocabulary is known.</param>
    public TextTokenizer(string kind, TokenizerParts parts, Func<Func<string, int?>, SpecialTokens> special)
    {
        Kind = kind;
        _parts = parts;
        _inText = new AddedTokenMatcher(parts.AddedTokens.Where(t => !t.Normalized));
        _inNormalizedText = new AddedTokenMatcher(parts.AddedTokens.Where(t => t.Normalized));
        _addedById = parts.AddedTokens.GroupBy(t => t.Id).ToDictionary(g => g.Key, g => g.Last());
        _addedByText = parts.AddedTokens.GroupBy(t => t.Content).ToDictionary(g => g.Key, g => g.Last());
        IdLimit = Math.Max(parts.Model.IdLimit, _addedById.Keys.DefaultIfEmpty(-1).Max() + 1);
        Special = special(IdOf);
    }

    /// <summary>What it is, for people.</summary>
    public string Kind { get; }

    /// <summary>Where it is from, for messages.</summary>
    public string Source { get; init; } = "the model's folder";

    /// <summary>One more than the largest id.</summary>
    public int IdLimit { get; }

    /// <summary>The special tokens.</summary>
    public SpecialTokens Special { get; }

    /// <summary>The ids that belong in front of a whole text.</summary>
    public IReadOnlyList<int> Prefix => _parts.Prefix;

    /// <summary>The id of a vocabulary entry or added token, or null.</summary>
    public int? IdOf(string token) => _addedByText.TryGetValue(token, out var added) ? added.Id : _parts.Model.IdOf(token);

    /// <summary>Whether a text is one token of its own wherever it stands, as a turn marker has to be.</summary>
    public bool IsAddedToken(string text) => _addedByText.ContainsKey(text);

    /// <summary>The ids of a whole text, with what the tokenizer puts around it.</summary>
    public List<int> Encode(string text) => [.. _parts.Prefix, .. EncodePart(text, TextPosition.Start), .. _parts.Suffix];

    /// <summary>The ids of a span of text, with nothing put around it.</summary>
    public List<int> EncodePart(string text, TextPosition position)
    {
        var ids = new List<int>(text.Length / 3);
        foreach (var (span, token) in _inText.Split(text))
        {
            if (token is null)
            {
                EncodePlain(span, position, ids);
            }
            else
            {
                ids.Add(token.Id);
            }

            position = TextPosition.Inside;
        }

        return ids;
    }

    /// <summary>The text of ids; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="keepSpecial">Whether special tokens are written out.</param>
    /// <param name="position">Where the text stands: only at the start is a dummy blank taken off.</param>
    public string Decode(IEnumerable<int> ids, bool keepSpecial = false, TextPosition position = TextPosition.Start)
    {
        var bytes = new List<byte>();
        foreach (var id in ids)
        {
            if (!_addedById.TryGetValue(id, out var token))
            {
                _parts.Model.Decode(id, bytes);
            }
            else if (keepSpecial || !token.Special)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(token.Content));
            }
        }

        var drop = _parts.DropsLeadingBlank && position == TextPosition.Start && bytes is [(byte)' ', ..];
        return Encoding.UTF8.GetString([.. drop ? bytes.Skip(1) : bytes]);
    }

    /// <summary>Refuses a model whose embedding is too small for this tokenizer.</summary>
    /// <exception cref="TokenizerException">Some ids have no row in the model's embedding.</exception>
    public void CheckFits(int modelVocabularySize)
    {
        (string Name, int Id)[] named =
        [
            .. _parts.AddedTokens.Select(token => ($"the added token '{token.Content}'", token.Id)),
            .. _parts.Prefix.Concat(_parts.Suffix).Select(id => ("a token that post_processor puts around texts", id)),
            ("the padding token (pad_token_id)", Special.Pad),
            .. new[] { Special.Eos }.OfType<int>().Select(id => ("the end-of-text token (eos_token_id)", id)),
        ];
        // An id of Stop that the model has no row for is never generated, as it is never with other programs.
        string[] beyond =
        [
            .. named.Where(token => token.Id < 0 || token.Id >= modelVocabularySize)
                .Select(token => $"{token.Name} has the id {token.Id}")
                .Distinct(),
        ];
        if (_parts.Model.IdLimit > modelVocabularySize || beyond.Length > 0)
        {
            var examples = beyond.Length > 0 ? $" ({string.Join(", ", beyond.Take(5))})" : "";
            throw new TokenizerException(
                $"{Source}: the tokenizer has ids up to {Math.Max(IdLimit - 1, named.Max(token => token.Id))}, but the model's embedding has only "
                    + $"{modelVocabularySize} rows{examples}; take the tokenizer that belongs to the model");
        }
    }

    private void EncodePlain(string text, TextPosition position, List<int> ids)
    {
        var normalized = _parts.Normalizer?.Apply(text, position) ?? text;
        foreach (var (span, token) in _inNormalizedText.Split(normalized))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
            }
            else if (_parts.PreTokenizer is null)
            {
                _parts.Model.Encode(span, ids);
            }
            else
            {
                foreach (var piece in _parts.PreTokenizer.Split(span, position))
                {
                    _parts.Model.Encode(piece, ids);
                }
            }

            position = TextPosition.Inside;
        }
    }
}
