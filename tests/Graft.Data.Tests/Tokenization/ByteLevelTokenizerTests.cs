using CsCheck;
using Graft.Data.Tokenization;
using Xunit;

namespace Graft.Data.Tests.Tokenization;

public sealed class ByteLevelTokenizerTests
{
    private static readonly TextTokenizer Tokenizer = TokenizerFiles.ByteLevel();

    [Fact]
    public void Any_text_survives_the_round_trip()
    {
        Gen.String.Sample(text =>
        {
            // A lone surrogate has no UTF-8 form; everything else must come back.
            var valid = text.EnumerateRunes().Aggregate("", (t, rune) => t + rune);
            Assert.Equal(valid, Tokenizer.Decode(Tokenizer.Encode(valid), keepSpecial: true));
        });
    }

    [Fact]
    public void Learning_is_deterministic_and_fills_the_vocabulary_with_merges()
    {
        BytePairVocabulary first = TokenizerFiles.Train(), second = TokenizerFiles.Train();

        Assert.Equal(first.Tokens, second.Tokens);
        Assert.Equal(first.Merges, second.Merges);
        Assert.Equal(first.Tokens.Count, first.Tokens.Distinct().Count());
        Assert.Equal(360, first.Tokens.Count);
    }

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_no_merge_crosses_a_word()
    {
        var trainer = new BytePairTrainer(BytePairVocabulary.PreTokenizer);
        trainer.Add("xyz xy xyz ab ab");

        var vocabulary = trainer.Train(300, ["<eos>"]);

        // xy occurs three times; after it xyz, " xy" and "ab" twice: smaller ids (x, y… before the blank's Ġ, merges last) go first.
        Assert.Equal(("x", "y"), vocabulary.Merges[0]);
        Assert.Equal(("a", "b"), vocabulary.Merges[1]);
        Assert.DoesNotContain(vocabulary.Tokens, token => token.IndexOf('Ġ', 1) > 0);
    }

    [Fact]
    public void Special_tokens_in_a_text_are_one_id_and_left_out_of_decoded_text()
    {
        var end = Tokenizer.IdOf("<|im_end|>")!.Value;

        var ids = Tokenizer.Encode("the<|im_end|>fox");

        Assert.Single(ids, end);
        Assert.Equal("thefox", Tokenizer.Decode(ids));
        Assert.Equal("the<|im_end|>fox", Tokenizer.Decode(ids, keepSpecial: true));
    }

    [Theory]
    [InlineData("we'll go", new[] { "we", "'ll", " go" })]
    [InlineData("a  b", new[] { "a", " ", " b" })]
    [InlineData("x12 y", new[] { "x", "1", "2", " y" })]
    [InlineData("x² 𝟙𝕏", new[] { "x", "²", " ", "𝟙", "𝕏" })]
    [InlineData("…!? \n", new[] { "…!?", " \n" })]
    public void Pieces_are_cut_as_GPT2_with_single_digits_does(string text, string[] pieces)
    {
        Assert.Equal(pieces, BytePairVocabulary.PreTokenizer.Split(text, TextPosition.Start));
    }

    [Fact]
    public void A_tokenizer_with_ids_beyond_the_embedding_is_refused_with_both_numbers()
    {
        var error = Assert.Throws<TokenizerException>(() => Tokenizer.CheckFits(300));

        Assert.Contains("only 300 rows", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{Tokenizer.IdLimit - 1}", error.Message, StringComparison.Ordinal);
        Tokenizer.CheckFits(Tokenizer.IdLimit);
    }
}
