using System.Buffers.Binary;
using System.Text;
using Graft.Common;

namespace Graft.Data.Tokenization;

/// <summary>
/// Reads a SentencePiece tokenizer.model: a protocol buffer (ModelProto) of pieces with scores, the trainer's and the normalizer's
/// settings. Only BPE models without a character map are read.
/// </summary>
internal sealed class SentencePieceFile(string path)
{
    private enum PieceType
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        UserDefined = 4,
        Unused = 5,
        Byte = 6,
    }

    private readonly record struct Piece(string Text, float Score, PieceType Type);

    public TokenizerParts Read(bool addBos, bool addEos)
    {
        var pieces = new List<Piece>();
        int modelType = 1, unknownId = 0, bosId = 1, eosId = 2;
        bool byteFallback = false, dummyPrefix = true, removeBlanks = true;
        foreach (var (field, value) in Fields(ReadFile()))
        {
            switch (field)
            {
                case 1:
                    pieces.Add(ReadPiece(value));
                    break;
                case 2:
                    foreach (var (f, v) in Fields(value.Bytes))
                    {
                        modelType = f == 3 ? (int)v.Number : modelType;
                        byteFallback = f == 35 ? v.Number != 0 : byteFallback;
                        unknownId = f == 40 ? (int)v.Number : unknownId;
                        bosId = f == 41 ? (int)v.Number : bosId;
                        eosId = f == 42 ? (int)v.Number : eosId;
                    }

                    break;
                case 3:
                    foreach (var (f, v) in Fields(value.Bytes))
                    {
                        if (f == 2 && v.Bytes.Length > 0)
                        {
                            throw new TokenizerException(
                                $"{path}: its normalizer maps characters (precompiled_charsmap), which is not supported");
                        }

                        dummyPrefix = f == 3 ? v.Number != 0 : dummyPrefix;
                        removeBlanks = f == 4 ? v.Number != 0 : removeBlanks;
                    }

                    break;
                default:
                    break;
            }
        }

        if (modelType != 2)
        {
            throw new TokenizerException($"{path}: is a SentencePiece model of type {modelType}, only BPE (2) is supported");
        }

        if (removeBlanks)
        {
            throw new TokenizerException($"{path}: its normalizer removes extra blanks (remove_extra_whitespaces), which is not supported");
        }

        return Assemble(pieces, byteFallback, dummyPrefix, unknownId, Around(addBos, bosId), Around(addEos, eosId));

        // A model that has no such token says -1.
        int[] Around(bool isAdded, int id) => !isAdded || id < 0 ? [] : id < pieces.Count ? [id] : throw new TokenizerException(
            $"{path}: a token around texts has the id {id}, and there are {pieces.Count} pieces");
    }

    private ReadOnlyMemory<byte> ReadFile()
    {
        ReadOnlyMemory<byte> bytes;
        try
        {
            bytes = SmallFile.ReadBytes(path);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            throw new TokenizerException($"{path}: cannot be read: {error.Message}", error);
        }

        return MistakenContent.Describe(bytes.Span) is { } mistake
            ? throw new TokenizerException($"{path}: is not a SentencePiece model: {mistake}")
            : bytes;
    }

    private TokenizerParts Assemble(
        List<Piece> pieces, bool byteFallback, bool dummyPrefix, int unknown, int[] prefix, int[] suffix)
    {
        var vocabulary = new Dictionary<string, int>(pieces.Count);
        var added = new List<AddedToken>();
        for (var id = 0; id < pieces.Count; id++)
        {
            vocabulary.TryAdd(pieces[id].Text, id);
            if (pieces[id].Type is PieceType.Control or PieceType.Unknown or PieceType.UserDefined)
            {
                added.Add(new AddedToken(id, pieces[id].Text, pieces[id].Type != PieceType.UserDefined));
            }
        }

        new VocabularyCheck(path).Check(vocabulary, []);
        var mark = SentencePieceTokenModel.Blank.ToString();
        INormalizer blanks = new ReplaceNormalizer(" ", mark);
        return new TokenizerParts(
            added,
            dummyPrefix ? new NormalizerSequence([new PrependNormalizer(mark), blanks]) : blanks,
            PreTokenizer: null,
            new SentencePieceTokenModel(vocabulary, Merges(pieces, vocabulary), byteFallback, unknown, fuseUnknown: true),
            prefix,
            suffix,
            DropsLeadingBlank: dummyPrefix);
    }

    /// <summary>SentencePiece merges any two neighbors that make a piece, the best score first: every cut of a piece is a merge.</summary>
    private static Dictionary<(int, int), (int, int)> Merges(List<Piece> pieces, Dictionary<string, int> vocabulary)
    {
        float[] scores = [.. pieces.Where(p => p.Type == PieceType.Normal).Select(p => p.Score).Distinct().OrderDescending()];
        var rankOf = scores.Select((score, rank) => (score, rank)).ToDictionary(p => p.score, p => p.rank);
        var merges = new Dictionary<(int, int), (int, int)>();
        for (var id = 0; id < pieces.Count; id++)
        {
            var (text, score, type) = pieces[id];
            for (var cut = 1; type == PieceType.Normal && cut < text.Length; cut++)
            {
                if (vocabulary.TryGetValue(text[..cut], out var left) && pieces[left].Type == PieceType.Normal
                    && vocabulary.TryGetValue(text[cut..], out var right) && pieces[right].Type == PieceType.Normal)
                {
                    merges.TryAdd((left, right), (rankOf[score], id));
                }
            }
        }

        return merges;
    }

    /// <summary>Each cut of a piece is looked up; the trainer's own bound is 16 characters.</summary>
    private const int LongestPiece = 256;

    private Piece ReadPiece((ReadOnlyMemory<byte> Bytes, ulong Number) value)
    {
        var text = "";
        float score = 0;
        var type = PieceType.Normal;
        foreach (var (field, v) in Fields(value.Bytes))
        {
            text = field == 1 ? Encoding.UTF8.GetString(v.Bytes.Span) : text;
            score = field == 2 ? BitConverter.UInt32BitsToSingle((uint)v.Number) : score;
            type = field == 3 ? (PieceType)v.Number : type;
        }

        return text.Length <= LongestPiece
            ? new Piece(text, score, type)
            : throw new TokenizerException($"{path}: a piece has {text.Length} characters; pieces of up to {LongestPiece} are read");
    }

    /// <summary>The fields of a protocol buffer message, by number; lengths-delimited ones as bytes, the others as numbers.</summary>
    private IEnumerable<(int Field, (ReadOnlyMemory<byte> Bytes, ulong Number) Value)> Fields(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint();
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    yield return (field, (default, Varint()));
                    break;
                case 1:
                    yield return (field, (default, BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span)));
                    break;
                case 2:
                    var length = Varint();
                    yield return (field, (Take(length <= int.MaxValue ? (int)length : -1), 0));
                    break;
                case 5:
                    yield return (field, (default, BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span)));
                    break;
                default:
                    throw Broken();
            }
        }

        ReadOnlyMemory<byte> Take(int count)
        {
            if (count < 0 || count > message.Length - at)
            {
                throw Broken();
            }

            at += count;
            return message.Slice(at - count, count);
        }

        ulong Varint()
        {
            ulong value = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var b = Take(1).Span[0];
                value |= (ulong)(b & 0x7F) << shift;
                if (b < 0x80)
                {
                    return value;
                }
            }

            throw Broken();
        }

        TokenizerException Broken() => new($"{path}: is not a SentencePiece model: its protocol buffer breaks off at byte {at}");
    }
}
