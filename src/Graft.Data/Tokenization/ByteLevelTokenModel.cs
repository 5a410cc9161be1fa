using System.Text;
using Microsoft.ML.Tokenizers;

namespace Graft.Data.Tokenization;

/// <summary>
/// Byte-level BPE (GPT-2, LLaMA-3, SmolLM, Qwen): the merges are Microsoft.ML.Tokenizers', the pieces come pre-tokenized.
/// </summary>
public sealed class ByteLevelTokenModel : ITokenModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<int, string> _tokens;
    private readonly BpeTokenizer _bpe;
    private readonly bool _wholeWordsFirst;
    private readonly byte[] _missing;

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">Ids by token, written in the <see cref="ByteAlphabet"/>.</param>
    /// <param name="merges">The merges in order, each <c>"left right"</c>.</param>
    /// <param name="wholeWordsFirst">
    /// tokenizer.json's <c>ignore_merges</c>: a piece that is itself a vocabulary entry is taken as it is.
    /// </param>
    public ByteLevelTokenModel(Dictionary<string, int> vocabulary, IEnumerable<string> merges, bool wholeWordsFirst)
    {
        _vocabulary = vocabulary;
        _wholeWordsFirst = wholeWordsFirst;
        _tokens = vocabulary.ToDictionary(p => p.Value, p => p.Key);
        IdLimit = _tokens.Keys.Max() + 1;
        _missing = [.. Enumerable.Range(0, 256).Select(b => (byte)b).Where(b => !vocabulary.ContainsKey(ByteAlphabet.Of(b).ToString()))];
        _bpe = BpeTokenizer.Create(new BpeOptions(vocabulary) { Merges = merges, ByteLevel = true });
    }

    public int IdLimit { get; }

    public int? IdOf(string token) => _vocabulary.TryGetValue(token, out var id) ? id : null;

    public void Encode(string piece, List<int> ids)
    {
        if (_wholeWordsFirst && _vocabulary.TryGetValue(ByteAlphabet.Write(piece), out var id))
        {
            ids.Add(id);
        }
        else
        {
            RefuseMissing(piece);
            ids.AddRange(_bpe.EncodeToIds(piece, considerPreTokenization: false, considerNormalization: false));
        }
    }

    public void Decode(int id, List<byte> bytes)
    {
        if (_tokens.TryGetValue(id, out var token))
        {
            ByteAlphabet.Read(token, bytes);
        }
    }

    /// <summary>
    /// Vocabularies may lack bytes that never stand in UTF-8 (SmolLM2's do); a text that needs one must not lose it silently.
    /// </summary>
    private void RefuseMissing(string piece)
    {
        if (_missing.Length > 0 && Encoding.UTF8.GetBytes(piece).AsSpan().IndexOfAny(_missing) is >= 0 and int at)
        {
            var value = Encoding.UTF8.GetBytes(piece)[at];
            throw new TokenizerException($"the text '{piece}' has the byte 0x{value:X2}, which the tokenizer's vocabulary cannot write");
        }
    }
}
