using System.Globalization;
using System.Text;

namespace Graft.Data.Tokenization;

/// <summary>
/// BPE over characters with byte fallback, as LLaMA-2's SentencePiece model has it: a character that is not in the vocabulary becomes
/// its UTF-8 bytes (<c>&lt;0xE2&gt;</c>…). Microsoft.ML.Tokenizers' LlamaTokenizer is not used: it breaks ties between equal pairs
/// from the right, so that <c>"\n###"</c> differs from the reference.
/// </summary>
public sealed class SentencePieceTokenModel : ITokenModel
{
    /// <summary>U+2581, which stands for a blank.</summary>
    public const char Blank = '\u2581';

    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<int, string> _tokens;
    private readonly PairMerger _merger;
    private readonly int? _unknown;
    private readonly bool _fuseUnknown;
    private readonly int[]? _byteIds;

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">Ids by token.</param>
    /// <param name="merges">Ranks and results by pair of ids.</param>
    /// <param name="byteFallback">Whether unknown characters become byte tokens.</param>
    /// <param name="unknown">The id for what cannot be written otherwise.</param>
    /// <param name="fuseUnknown">Whether unknown characters in a row become one token.</param>
    public SentencePieceTokenModel(
        Dictionary<string, int> vocabulary,
        IReadOnlyDictionary<(int Left, int Right), (int Rank, int Id)> merges,
        bool byteFallback,
        int? unknown,
        bool fuseUnknown)
    {
        _vocabulary = vocabulary;
        _unknown = unknown;
        _fuseUnknown = fuseUnknown;
        _tokens = vocabulary.ToDictionary(p => p.Value, p => p.Key);
        _merger = new PairMerger(merges);
        IdLimit = _tokens.Keys.Max() + 1;
        int?[] bytes = [.. Enumerable.Range(0, 256).Select(b => IdOf($"<0x{b:X2}>"))];
        _byteIds = byteFallback && bytes.All(b => b is not null) ? [.. bytes.Select(b => b!.Value)] : null;
        if (byteFallback && _byteIds is null)
        {
            throw new TokenizerException("byte_fallback is on, but the vocabulary lacks byte tokens (<0x00> … <0xFF>)");
        }
    }

    public int IdLimit { get; }

    public int? IdOf(string token) => _vocabulary.TryGetValue(token, out var id) ? id : null;

    public void Encode(string piece, List<int> ids)
    {
        var symbols = new List<int>(piece.Length);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in piece.EnumerateRunes())
        {
            if (_vocabulary.TryGetValue(rune.ToString(), out var id))
            {
                symbols.Add(id);
            }
            else if (_byteIds is not null)
            {
                foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
                {
                    symbols.Add(_byteIds[b]);
                }
            }
            else if (_unknown is null)
            {
                throw new TokenizerException(
                    $"the character '{rune}' (U+{rune.Value:X4}) is not in the vocabulary, and the tokenizer has neither byte fallback nor "
                        + "an unknown token");
            }
            else if (!_fuseUnknown || symbols.Count == 0 || symbols[^1] != _unknown)
            {
                symbols.Add(_unknown.Value);
            }
        }

        ids.AddRange(_merger.Merge(symbols));
    }

    public void Decode(int id, List<byte> bytes)
    {
        if (!_tokens.TryGetValue(id, out var token))
        {
            return;
        }

        if (_byteIds is not null && token is ['<', '0', 'x', _, _, '>']
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value))
        {
            bytes.Add(value);
        }
        else
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(token.Replace(Blank, ' ')));
        }
    }
}
