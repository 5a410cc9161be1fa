using Graft.Data.Records;
using Xunit;

namespace Graft.Data.Tests.Records;

/// <summary>What the fields of a record ask for is done, refused by name, or named as not used.</summary>
public sealed class RecordFieldTests
{
    private const string Hi = """{"role":"user","content":"Hi"}""";
    private const string Hello = """{"role":"assistant","content":"Hello."}""";

    /// <summary>The field of the record that no template can carry out, for records that are good without it.</summary>
    [Theory]
    [InlineData("messages", $$"""{"tools":[{"type":"function"}],"messages":[{{Hi}},{{Hello}}]}""", "tools")]
    [InlineData("messages", $$"""{"functions":[{"name":"f"}],"messages":[{{Hi}},{{Hello}}]}""", "functions")]
    [InlineData("messages", $$"""{"documents":[{"text":"x"}],"messages":[{{Hi}},{{Hello}}]}""", "documents")]
    [InlineData("messages", $$"""{"system":"Be brief.","messages":[{{Hi}},{{Hello}}]}""", "system")]
    [InlineData("messages", $$"""{"images":["a.png"],"messages":[{{Hi}},{{Hello}}]}""", "images")]
    [InlineData("messages", $$"""{"rejected":"No.","messages":[{{Hi}},{{Hello}}]}""", "rejected")]
    [InlineData("messages", $$"""{"chat_template_kwargs":{"enable_thinking":true },"messages":[{{Hi}},{{Hello}}]}""", "chat_template_kwargs")]
    [InlineData("messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":"A","tool_calls":[{"id":"1"}]}]}""", "tool_calls")]
    [InlineData("messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}]}""", "tool_calls")]
    [InlineData("messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":"A","toolCalls":[{"id":"1"}]}]}""", "toolCalls")]
    [InlineData("messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":"A","function_call":{"name":"f" } }]}""", "function_call")]
    [InlineData("messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":"A","reasoning_content":"B"}]}""", "reasoning_content")]
    [InlineData("messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":"A","thinking":"B"}]}""", "thinking")]
    [InlineData("messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":"A","prefix":true}]}""", "prefix")]
    [InlineData("messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":"A","channel":"analysis"}]}""", "channel")]
    [InlineData("messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":"A","end_turn":false}]}""", "end_turn")]
    [InlineData(
        "messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":"A","train_detail":[{"begin_offset":0}]}]}""", "train_detail")]
    [InlineData("instruction", """{"instruction":"a","output":"b","history":[["c","d"]]}""", "history")]
    [InlineData("instruction", """{"instruction":"a","output":"b","tools":"[{}]"}""", "tools")]
    [InlineData("instruction", """{"instruction":"a","output":"b","images":["c.png"]}""", "images")]
    [InlineData("instruction", """{"instruction":"a","output":"b","reasoning":"c"}""", "reasoning")]
    [InlineData("text", """{"text":"a","loss_mask":[0,1]}""", "loss_mask")]
    [InlineData("imageText", """{"image":"a.ppm","text":"b","question":"c"}""", "question")]
    public void A_field_that_cannot_be_carried_out_is_refused_by_name(string format, string line, string field)
    {
        var bad = Read(format, line).Bad!;

        Assert.Contains($"the field '{field}'", bad.Reason, StringComparison.Ordinal);
        Assert.Contains("d.jsonl:1: ", bad.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(bad.Remedy);
    }

    [Theory]
    [InlineData("tool", "the role 'tool' tells of tools")]
    [InlineData("function", "the role 'function' tells of tools")]
    [InlineData("critic", "the role 'critic' is not known")]
    public void A_turn_that_no_template_writes_is_refused_by_its_role(string role, string reason)
    {
        var bad = Read("messages", $$"""{"messages":[{{Hi}},{"role":"{{role}}","content":"4 C"},{{Hello}}]}""").Bad!;

        Assert.Contains($"message 2: {reason}", bad.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_says_nothing_is_no_reason_to_refuse()
    {
        var read = Read(
            "messages",
            """
            {"tools":[],"documents":null,"system":"","messages":[{"role":"user","content":"Hi","tool_calls":null},
            """.Trim() + """{"role":"assistant","content":"Hello.","tool_calls":[],"function_call":null,"reasoning_content":"","prefix":false,"end_turn":true}]}""");

        Assert.Null(read.Bad);
    }

    [Theory]
    [InlineData("\"weight\":0", false)]
    [InlineData("\"weight\":0.0", false)]
    [InlineData("\"weight\":1", true)]
    [InlineData("\"weight\":null", true)]
    [InlineData("\"train\":false", false)]
    [InlineData("\"training\":true", true)]
    [InlineData("\"loss\":false", false)]
    [InlineData("\"masked\":true", false)]
    [InlineData("\"masked\":false", true)]
    [InlineData("\"isMasked\":true", false)]
    [InlineData("\"weight\":0,\"train\":false", false)]
    public void An_answer_is_trained_as_its_mark_says(string mark, bool trained)
    {
        var messages = Messages($$"""{"messages":[{{Hi}},{"role":"assistant","content":"A",{{mark}}},{{Hi}},{{Hello}}]}""");

        Assert.Equal([false, trained, false, true], messages.Select(message => message.IsTrained));
    }

    [Theory]
    [InlineData("assistant", "\"weight\":0.5", "'weight' has another value")]
    [InlineData("assistant", "\"weight\":2", "'weight' has another value")]
    [InlineData("assistant", "\"train\":\"no\"", "'train' has another value")]
    [InlineData("assistant", "\"weight\":1,\"masked\":true", "'weight' and 'masked' contradict each other")]
    [InlineData("user", "\"weight\":1", "the user's message is marked as trained")]
    [InlineData("system", "\"train\":true", "the system's message is marked as trained")]
    public void A_mark_that_cannot_be_obeyed_is_refused(string role, string mark, string reason)
    {
        var bad = Read("messages", $$"""{"messages":[{"role":"{{role}}","content":"A",{{mark}}},{{Hi}},{{Hello}}]}""").Bad!;

        Assert.Contains("message 1: ", bad.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, bad.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("messages", $$"""{"messages":[{{Hi}},{"role":"assistant","content":"A","weight":0}]}""", "every answer is marked as not trained")]
    [InlineData("instruction", """{"instruction":"a","output":"b","weight":0}""", "it is marked as not trained")]
    [InlineData("text", """{"text":"a","train":false}""", "it is marked as not trained")]
    public void A_record_of_which_nothing_is_trained_is_refused(string format, string line, string reason)
    {
        Assert.Contains(reason, Read(format, line).Bad!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_parts_are_joined_as_they_are()
    {
        var messages = Messages(
            """{"messages":[{"role":"user","content":[{"type":"text","text":"a "},{"type":"text","text":"b"}]},{"role":"assistant","content":"c"}]}""");

        Assert.Equal("a b", messages[0].Content);
    }

    [Theory]
    [InlineData("""[{"type":"image_url","image_url":{"url":"x"}}]""", "the type 'image_url'")]
    [InlineData("""[{"type":"text","text":"a"},{"type":"input_audio"}]""", "the type 'input_audio'")]
    [InlineData("""[{"type":"text","text":"a","weight":0}]""", "a part of 'content' says whether it is trained")]
    [InlineData("""[{"type":"text"}]""", "the field 'text' is missing")]
    [InlineData("""["a"]""", "a part of 'content' is a JSON string")]
    [InlineData("""[{"type":"text","text":5}]""", "the field 'text' is a JSON number")]
    [InlineData("5", "the field 'content' is a JSON number")]
    [InlineData("null", "the field 'content' is null")]
    public void Content_that_is_no_text_is_refused_by_name(string content, string reason)
    {
        var bad = Read("messages", $$"""{"messages":[{"role":"user","content":{{content}}},{{Hello}}]}""").Bad!;

        Assert.Contains("message 1: ", bad.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, bad.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_developers_message_is_the_systems()
    {
        Assert.Equal("system", Messages($$"""{"messages":[{"role":"developer","content":"Be brief."},{{Hi}},{{Hello}}]}""")[0].Role);
    }

    [Fact]
    public void Fields_that_change_nothing_are_named_with_their_place()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File(
            "d.jsonl",
            $$"""{"id":"1","source":"web","messages":[{"role":"user","content":"Hi","name":"Ann"},{{Hello}}]}""" + "\n"
            + $$"""{"timestamp":5,"source":"web","messages":[{{Hi}},{{Hello}}]}""" + "\n");
        var reader = new RecordReader(file, RecordParsers.Find("messages")!);

        Assert.All(reader.Read(), read => Assert.Null(read.Bad));
        Assert.Equal(["messages[].name", "source", "timestamp"], reader.Unused);
    }

    [Fact]
    public void No_more_names_are_kept_than_people_read()
    {
        using var folder = new TemporaryFolder();
        var fields = string.Concat(Enumerable.Range(0, 1000).Select(i => $"\"f{i}\":{i},"));
        var reader = new RecordReader(folder.File("d.jsonl", $"{{{fields}\"text\":\"a\"}}"), RecordParsers.Find("text")!);

        Assert.Null(Assert.Single(reader.Read()).Bad);
        Assert.Equal(UnusedFields.Most, reader.Unused.Count);
    }

    [Theory]
    [InlineData("instruction", """{"conversations":[{"from":"human","value":"a"}]}""", "ShareGPT")]
    [InlineData("messages", """{"conversations":[{"from":"human","value":"a"}]}""", "ShareGPT")]
    [InlineData("instruction", """{"messages":[]}""", "format to messages")]
    [InlineData("messages", """{"instruction":"a","output":"b"}""", "format to instruction")]
    [InlineData("instruction", """{"prompt":"a","completion":"b"}""", "jq -c '{instruction: .prompt, output: .completion}'")]
    [InlineData("messages", """{"text":"a"}""", "format to text")]
    [InlineData("messages", """{"messages":[{"from":"human","value":"a"}]}""", "ShareGPT")]
    [InlineData("messages", """{"messages":[{"role":"user","text":"a"}]}""", "write what is said as its content")]
    public void A_record_of_another_shape_is_told_how_it_would_be_read(string format, string line, string advice)
    {
        Assert.Contains(advice, Read(format, line).Bad!.Remedy, StringComparison.Ordinal);
    }

    private static IReadOnlyList<Message> Messages(string line) =>
        Assert.IsType<ConversationRecord>(Read("messages", line).Record).Messages;

    private static ReadRecord Read(string format, string line)
    {
        using var folder = new TemporaryFolder();
        return Assert.Single(new RecordReader(folder.File("d.jsonl", line), RecordParsers.Find(format)!).Read());
    }
}
