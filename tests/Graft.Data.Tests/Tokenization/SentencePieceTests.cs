using System.Text;
using Graft.Data.Tokenization;
using Xunit;

namespace Graft.Data.Tests.Tokenization;

/// <summary>
/// Ids are computed by hand from the vocabulary in <see cref="TokenizerFiles"/>: ▁ 259, a 260, b 261, ▁a 262, ab 263, ▁ab 264, # 265, ##
/// 266.
/// </summary>
public sealed class SentencePieceTests
{
    [Theory]
    [InlineData("ab", new[] { 1, 264 })]
    [InlineData("a b", new[] { 1, 262, 259, 261 })]
    [InlineData("", new[] { 1 })]
    [InlineData("a</s>ab", new[] { 1, 262, 2, 264 })]
    // Ties go to the left: the first two of three, as SentencePiece does.
    [InlineData("a###", new[] { 1, 262, 266, 265 })]
    // é is not in the vocabulary: its UTF-8 bytes C3 A9 follow the dummy blank.
    [InlineData("é", new[] { 1, 259, 3 + 0xC3, 3 + 0xA9 })]
    public void A_tokenizer_json_with_byte_fallback_gives_the_ids_computed_by_hand(string text, int[] ids)
    {
        var tokenizer = FromJson();

        Assert.Equal(ids, tokenizer.Encode(text));
        Assert.Equal(text.Replace("</s>", " ", StringComparison.Ordinal), tokenizer.Decode(ids));
    }

    [Fact]
    public void A_stretch_that_goes_on_gets_no_blank_in_front()
    {
        var tokenizer = FromJson();

        Assert.Equal([263], tokenizer.EncodePart("ab", TextPosition.Continuation));
        Assert.Equal([264], tokenizer.EncodePart("ab", TextPosition.Start));
    }

    [Fact]
    public void A_SentencePiece_model_file_gives_the_same_ids_as_the_tokenizer_json()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "tokenizer.model"), ModelFile(modelType: 2));
        folder.File("tokenizer_config.json", """{"bos_token":"<s>","eos_token":"</s>"}""");
        TextTokenizer fromModel = TokenizerFolder.Load(folder.Path), fromJson = FromJson();

        foreach (var text in new[] { "ab", "a b ab##", "a###", "é ab 😀", "", "  ab", "b</s>a" })
        {
            Assert.Equal(fromJson.Encode(text), fromModel.Encode(text));
        }
    }

    [Fact]
    public void A_unigram_model_and_a_broken_file_are_refused()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "tokenizer.model");
        File.WriteAllBytes(path, ModelFile(modelType: 1));
        var unigram = Assert.Throws<TokenizerException>(() => TokenizerFolder.Load(folder.Path));
        Assert.Contains("type 1", unigram.Message, StringComparison.Ordinal);

        File.WriteAllBytes(path, ModelFile(modelType: 2)[..^3]);
        var broken = Assert.Throws<TokenizerException>(() => TokenizerFolder.Load(folder.Path));
        Assert.Contains("breaks off", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_SentencePiece_file_with_any_byte_changed_or_cut_off_loads_or_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "tokenizer.model");
        var whole = ModelFile(modelType: 2);
        // The special tokens, a byte token, and everything behind the last one.
        int[] places = [.. Enumerable.Range(0, 60), .. Enumerable.Range(whole.Length - 120, 120)];
        var damaged = places.SelectMany(at => new[] { Changed(whole, at, 0xFF), Changed(whole, at, 0x80), whole[..at] });

        foreach (var bytes in damaged)
        {
            File.WriteAllBytes(path, bytes);
            if (Record.Exception(() => TokenizerFolder.Load(folder.Path).Encode("a b")) is { } error)
            {
                Assert.IsType<TokenizerException>(error);
            }
        }
    }

    private static byte[] Changed(byte[] whole, int at, byte bits)
    {
        byte[] changed = [.. whole];
        changed[at] ^= bits;
        return changed;
    }

    private static TextTokenizer FromJson()
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", TokenizerFiles.SentencePieceJson());
        return TokenizerFolder.Load(folder.Path);
    }

    /// <summary>The same vocabulary as a ModelProto, scores falling in the order of the merges.</summary>
    private static byte[] ModelFile(byte modelType)
    {
        using var file = new MemoryStream();
        Piece("<unk>", 0, 2);
        Piece("<s>", 0, 3);
        Piece("</s>", 0, 3);
        for (var b = 0; b < 256; b++)
        {
            Piece($"<0x{b:X2}>", 0, 6);
        }

        (string, float)[] pieces = [("▁", -9), ("a", -9), ("b", -9), ("▁a", -3), ("ab", -2), ("▁ab", -4), ("#", -9), ("##", -1)];
        foreach (var (text, score) in pieces)
        {
            Piece(text, score, 1);
        }

        // trainer_spec {model_type, byte_fallback}, normalizer_spec {name, add_dummy_prefix, remove_extra_whitespaces, escape_whitespaces}
        Message(2, [0x18, modelType, 0x98, 0x02, 0x01]);
        Message(3, [0x0A, 0x08, .. "identity"u8, 0x18, 0x01, 0x20, 0x00, 0x28, 0x01]);
        return file.ToArray();

        void Piece(string text, float score, byte type)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            Message(1, [0x0A, (byte)utf8.Length, .. utf8, 0x15, .. BitConverter.GetBytes(score), 0x18, type]);
        }

        void Message(int field, byte[] body)
        {
            file.WriteByte((byte)((field << 3) | 2));
            file.WriteByte((byte)body.Length);
            file.Write(body);
        }
    }
}
