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

    [Theory]
    [InlineData("""{"pad_token_id":-1,"eos_token_id":[-1,2],"bos_token_id":-1}""", null, 2, 2)]
    [InlineData("""{"eos_token_id":-1}""", null, null, 0)]
    [InlineData("""{"pad_token_id":5,"eos_token_id":2}""", """{"pad_token_id":-1}""", 2, 5)]
    public void Negative_ids_stand_for_none(string config, string? generation, int? eos, int pad)
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", TokenizerFiles.SentencePieceJson());
        folder.File("config.json", config);
        if (generation is not null)
        {
            folder.File("generation_config.json", generation);
        }

        var special = TokenizerFolder.Load(folder.Path).Special;

        Assert.Equal((null, eos, pad), (special.Bos, special.Eos, special.Pad));
        Assert.Equal(eos is null ? [] : [eos.Value], special.Stop);
    }

    [Fact]
    public void Ids_that_are_texts_are_refused_by_file_and_field()
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", TokenizerFiles.SentencePieceJson());
        folder.File("config.json", """{"eos_token_id":"2"}""");

        var error = Assert.Throws<TokenizerException>(() => TokenizerFolder.Load(folder.Path));

        Assert.Contains("config.json: eos_token_id = \"2\" must be", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_of_older_releases_comes_first_only_where_the_newer_one_does_not_know_all_added_tokens()
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", TokenizerFiles.SentencePieceJson());
        folder.File("special_tokens_map.json", """{"eos_token":"<unk>"}""");
        folder.File("tokenizer_config.json", """{"eos_token":"</s>"}""");
        Assert.Equal(0, TokenizerFolder.Load(folder.Path).Special.Eos);

        folder.File("tokenizer_config.json", """{"eos_token":"</s>","added_tokens_decoder":{"2":{"content":"</s>"}}}""");
        Assert.Equal(2, TokenizerFolder.Load(folder.Path).Special.Eos);
    }

    [Theory]
    [InlineData("added_tokens.json", """{"<|new|>":271}""")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder":{"271":{"content":"<|new|>"}}}""")]
    public void A_token_that_another_file_adds_is_refused_by_name(string file, string content)
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", TokenizerFiles.SentencePieceJson());
        folder.File(file, content);

        var error = Assert.Throws<TokenizerException>(() => TokenizerFolder.Load(folder.Path));

        Assert.Contains($"{file}: adds the token '<|new|>'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vocab", """{"a":0,"b":0}""", "the same id, 0")]
    [InlineData("vocab", """{"a":-1}""", "the id -1")]
    [InlineData("vocab", """{"a":2147483647}""", "the id 2147483647")]
    [InlineData("vocab", "{}", "the vocabulary is empty")]
    [InlineData("merges", """["a zz"]""", "model.vocab lacks 'zz'")]
    [InlineData("merges", """["a"]""", "is not a pair")]
    [InlineData("merges", """[["a",1]]""", "merges")]
    public void A_vocabulary_that_contradicts_itself_is_refused(string field, string value, string message)
    {
        using var folder = new TemporaryFolder();
        var json = JsonNode.Parse(TokenizerFiles.SentencePieceJson())!;
        json["added_tokens"] = new JsonArray();
        json["model"]![field] = JsonNode.Parse(value);
        folder.File("tokenizer.json", json.ToJsonString());

        var error = Assert.Throws<TokenizerException>(() => TokenizerFolder.Load(folder.Path));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_never_ends_is_stopped_and_named_and_one_of_plain_features_takes_linear_time()
    {
        var text = new string('a', 40_000) + "!";
        Assert.Single(new BoundedPattern("(a+)+$|.+", "tokenizer.json").Matches(text));

        // Looking ahead cannot be matched in linear time.
        const string Endless = "^(a|aa)+!(?=x)";
        var error = Assert.Throws<TokenizerException>(
            () => new BoundedPattern(Endless, "tokenizer.json").Matches(text[..60] + "!").Count());

        Assert.Contains($"'{Endless}' takes longer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replacements_that_double_a_text_again_and_again_are_stopped()
    {
        var doubling = new NormalizerSequence([.. Enumerable.Repeat(new ReplaceNormalizer("a", "aa"), 64)]);

        Assert.Throws<TokenizerException>(() => doubling.Apply("a", TextPosition.Start));
    }
}
