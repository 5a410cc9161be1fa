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
    public void Of_a_conversation_the_last_answer_alone_is_trained_where_that_is_asked_for()
    {
        var encoder = new SampleEncoder(Tokenizer, PromptTemplates.Find("chatml")!, TrainedAnswers.LastAnswer);

        var sample = encoder.Encode(Conversation);

        Assert.Equal("Me<|im_end|>", Trained(sample));
        Assert.Equal(sample.Ids[..Array.IndexOf(sample.Trained, true)], encoder.EncodePrompt(Conversation));
    }

    [Fact]
    public void An_answer_that_is_marked_as_not_trained_is_read_and_not_labeled()
    {
        Message[] messages = [.. Conversation.Messages];
        messages[2] = messages[2] with { IsTrained = false };

        var sample = Encode("chatml", Conversation with { Messages = messages });

        Assert.Equal("Me<|im_end|>", Trained(sample));
        Assert.Equal(Encode("chatml", Conversation).Ids, sample.Ids);
    }

    [Fact]
    public void A_conversation_whose_last_answer_is_not_trained_ends_with_it_and_asks_for_none()
    {
        Message[] messages = [.. Conversation.Messages];
        messages[^1] = messages[^1] with { IsTrained = false };
        var record = Conversation with { Messages = messages };

        Assert.Null(record.Answer);
        Assert.EndsWith("Me<|im_end|>\n", Tokenizer.Decode(Encode("chatml", record).Ids, keepSpecial: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "yes<|endoftext|>", "yes", "<|endoftext|>")]
    [InlineData("plain", "yes<|endoftext|>\n \n", "yes", "<|endoftext|>")]
    [InlineData("plain", "yes<|endoftext|> <|endoftext|>", "yes", "<|endoftext|>")]
    [InlineData("alpaca", "yes <|endoftext|>", "yes ", "<|endoftext|>")]
    [InlineData("alpaca", "yes\n", "yes\n", "<|endoftext|>")]
    [InlineData("chatml", "yes<|im_end|>", "yes", "<|im_end|>")]
    [InlineData("chatml", "yes<|im_end|>\n<|endoftext|>\n", "yes", "<|im_end|>")]
    [InlineData("plain", "yes<|im_end|>", "yes<|im_end|>", "<|endoftext|>")]
    public void An_answer_ends_once_whether_or_not_the_data_has_the_mark(string template, string output, string answer, string end)
    {
        var record = new InstructionRecord("i", "Say", null, output);
        var encoder = new SampleEncoder(Tokenizer, PromptTemplates.Find(template)!);

        Assert.Equal(answer + end, Trained(encoder.Encode(record)));
        Assert.Equal(answer, encoder.Answer(record));
    }

    [Fact]
    public void A_text_and_every_answer_of_a_conversation_end_once_too()
    {
        var ends = Conversation.WithAnswers(answer => answer + "<|im_end|>\n");

        Assert.Equal(Encode("chatml", Conversation).Ids, Encode("chatml", ends).Ids);
        Assert.Equal(Text("the dog").Ids, Text("the dog<|endoftext|>\n").Ids);

        static Sample Text(string text) => Encode("plain", new TextRecord("t", text));
    }

    [Fact]
    public void An_answer_of_nothing_but_its_end_is_refused()
    {
        var error = Assert.Throws<BadRecordException>(() => Encode("plain", new InstructionRecord("i", "Say", null, " <|endoftext|>\n")));

        Assert.Contains("nothing but the mark of its end", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instructions_system_message_is_written_where_the_template_has_a_place_for_it()
    {
        var record = new InstructionRecord("i", "Hi", null, "Ho") { System = "Be brief." };

        Assert.StartsWith(
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n",
            Tokenizer.Decode(Encode("chatml", record).Ids, keepSpecial: true),
            StringComparison.Ordinal);
        Assert.Contains("'system'", Assert.Throws<BadRecordException>(() => Encode("alpaca", record)).Reason, StringComparison.Ordinal);
        Assert.Contains("'system'", Assert.Throws<BadRecordException>(() => Encode("plain", record)).Reason, StringComparison.Ordinal);
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

    private static string Trained(Sample sample) => Tokenizer.Decode(sample.Ids.Where((_, t) => sample.Trained[t]), keepSpecial: true);

    private static Sample Encode(string template, SourceRecord record) =>
        new SampleEncoder(Tokenizer, PromptTemplates.Find(template)!).Encode(record);
}
