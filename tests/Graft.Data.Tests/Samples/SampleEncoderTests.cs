using Graft.Data.Records;
using Graft.Data.Samples;
using Graft.Data.Templates;
using Graft.Data.Tests.Tokenization;
using Graft.Data.Tokenization;
using Xunit;

namespace Graft.Data.Tests.Samples;

public sealed class SampleEncoderTests
{
    private static readonly TextTokenizer Tokenizer = TokenizerFiles.ByteLevel();

    private static readonly ConversationRecord Conversation = new("c",
    [
        new Message("system", "Be brief."), new Message("user", "Hi"), new Message("assistant", "Ho"),
        new Message("user", "Who?"), new Message("assistant", "Me"),
    ]);

    [Theory]
    [InlineData("alpaca", "the dog<|endoftext|>")]
    [InlineData("chatml", "the dog<|im_end|>")]
    [InlineData("plain", "the dog<|endoftext|>")]
    public void Exactly_the_answer_and_its_end_are_trained(string template, string trained)
    {
        var sample = Encode(template, new InstructionRecord("i", "Who sleeps?", "The dog sleeps", "the dog"));

        Assert.Equal(trained, Tokenizer.Decode(sample.Ids.Where((_, t) => sample.Trained[t]), keepSpecial: true));
    }

    [Theory]
    [InlineData("alpaca")]
    [InlineData("chatml")]
    [InlineData("plain")]
    public void The_prompt_is_what_the_sample_begins_with_up_to_the_first_trained_token(string template)
    {
        var record = new InstructionRecord("i", "Who sleeps?", null, "the dog");
        var encoder = new SampleEncoder(Tokenizer, PromptTemplates.Find(template)!);

        var sample = encoder.Encode(record);

        Assert.Equal(sample.Ids[..Array.IndexOf(sample.Trained, true)], encoder.EncodePrompt(record));
    }

    [Fact]
    public void Every_assistant_turn_is_trained_with_its_end()
    {
        var sample = Encode("chatml", Conversation);

        Assert.Equal(
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHo<|im_end|>\n"
            + "<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\nMe<|im_end|>\n",
            Tokenizer.Decode(sample.Ids, keepSpecial: true));
        Assert.Equal("Ho<|im_end|>Me<|im_end|>", Tokenizer.Decode(sample.Ids.Where((_, t) => sample.Trained[t]), keepSpecial: true));
    }

    [Fact]
    public void Alpaca_renders_its_headings()
    {
        var sample = Encode("alpaca", new InstructionRecord("i", "Add.", "1 2", "3"));

        Assert.Equal(
            "Below is an instruction that describes a task, paired with an input that provides further context. "
            + "Write a response that appropriately completes the request.\n\n### Instruction:\nAdd.\n\n### Input:\n1 2\n\n### "
            + "Response:\n3<|endoftext|>",
            Tokenizer.Decode(sample.Ids, keepSpecial: true));
    }

    [Fact]
    public void Alpaca_refuses_a_conversation_of_several_turns()
    {
        var error = Assert.Throws<BadRecordException>(() => Encode("alpaca", Conversation));

        Assert.Contains("chatml", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void The_beginning_of_text_token_stands_there_once()
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", TokenizerFiles.SentencePieceJson());
        folder.File("tokenizer_config.json", """{"bos_token":"<s>","eos_token":"</s>"}""");
        var encoder = new SampleEncoder(TokenizerFolder.Load(folder.Path), PromptTemplates.Find("plain")!);

        Assert.Equal([1, 264, 2], encoder.Encode(new TextRecord("t", "ab")).Ids);
        Assert.Equal([1, 264, 2], encoder.Encode(new TextRecord("t", "<s>ab")).Ids);
    }

    [Fact]
    public void ChatML_refuses_a_tokenizer_without_its_marks()
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", TokenizerFiles.SentencePieceJson());

        var error = Assert.Throws<TokenizerException>(
            () => new SampleEncoder(TokenizerFolder.Load(folder.Path), PromptTemplates.Find("chatml")!));

        Assert.Contains("<|im_start|> and <|im_end|>", error.Message, StringComparison.Ordinal);
    }

    private static Sample Encode(string template, SourceRecord record) =>
        new SampleEncoder(Tokenizer, PromptTemplates.Find(template)!).Encode(record);
}
