using System.Text.Json.Nodes;
using Graft.Data.Tokenization;
using Xunit;

namespace Graft.Data.Tests.Tokenization;

public sealed class TokenizerFolderTests
{
    [Fact]
    public void A_folder_without_a_tokenizer_says_what_is_missing()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<TokenizerException>(() => TokenizerFolder.Load(folder.Path));

        Assert.Contains("neither tokenizer.json nor tokenizer.model", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("normalizer", """{"type":"NFKC"}""", "NFKC")]
    [InlineData("pre_tokenizer", """{"type":"BertPreTokenizer"}""", "BertPreTokenizer")]
    [InlineData("post_processor", """{"type":"RobertaProcessing"}""", "RobertaProcessing")]
    [InlineData("model", """{"type":"Unigram","vocab":[]}""", "Unigram")]
    public void A_part_that_is_not_supported_is_named(string part, string value, string name)
    {
        using var folder = new TemporaryFolder();
        var json = JsonNode.Parse(TokenizerFiles.SentencePieceJson())!;
        json[part] = JsonNode.Parse(value);
        folder.File("tokenizer.json", json.ToJsonString());

        var error = Assert.Throws<TokenizerException>(() => TokenizerFolder.Load(folder.Path));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_special_token_outside_the_vocabulary_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", TokenizerFiles.SentencePieceJson());
        folder.File("tokenizer_config.json", """{"eos_token":{"content":"<|eot|>"}}""");

        var error = Assert.Throws<TokenizerException>(() => TokenizerFolder.Load(folder.Path));

        Assert.Contains("'<|eot|>'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_ids_are_the_end_of_text_and_those_of_the_generation_config()
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", TokenizerFiles.SentencePieceJson());
        folder.File("tokenizer_config.json", """{"bos_token":"<s>","eos_token":"</s>"}""");
        folder.File("generation_config.json", """{"eos_token_id":[2,7]}""");

        var special = TokenizerFolder.Load(folder.Path).Special;

        Assert.Equal((1, 2, 2), (special.Bos, special.Eos, special.Pad));
        Assert.Equal([2, 7], special.Stop);
    }
}
