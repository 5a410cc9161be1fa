using Graft.Data.Records;
using Xunit;

namespace Graft.Data.Tests.Records;

public sealed class RecordReaderTests
{
    [Fact]
    public void Records_have_their_stated_id_or_file_and_line_and_blank_lines_are_no_records()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("train.jsonl", "\uFEFF{\"id\":\"a-1\",\"text\":\"one\"}\r\n\n{\"text\":\"two\"}");

        ReadRecord[] read = [.. new RecordReader(file, RecordParsers.Find("text")!).Read()];

        Assert.Equal([new TextRecord("a-1", "one"), new TextRecord("train.jsonl:3", "two")], read.Select(r => (TextRecord)r.Record!));
        Assert.Equal([1, 3], read.Select(r => r.Line));
    }

    [Theory]
    [InlineData("instruction", """{"instruction":"add","output":""}""", "'output' is empty")]
    [InlineData("instruction", """{"prompt":"add","output":"3"}""", "'instruction' is missing")]
    [InlineData("instruction", """{"instruction":["add"],"output":"3"}""", "'instruction' is a JSON array")]
    [InlineData("instruction", """{"instruction":"add" "output":"3"}""", "not JSON")]
    [InlineData("text", "[1]", "JSON array, not an object")]
    [InlineData("text", """{"text":"\ud800"}""", "not valid UTF-8")]
    [InlineData("messages", """{"messages":[]}""", "'messages' is missing, no list, or empty")]
    [InlineData("messages", """{"messages":[{"role":"user","content":"hi"}]}""", "the last message is the user's")]
    [InlineData("messages", """{"messages":[{"role":"human","content":"hi"}]}""", "role 'human'")]
    [InlineData(
        "messages",
        """{"messages":[{"role":"user","content":"hi"},{"role":"system","content":"x"},{"role":"assistant","content":"ho"}]}""",
        "message 2 is a system message")]
    public void A_bad_line_says_file_line_reason_and_remedy(string format, string line, string reason)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("d.jsonl", "\n" + line + "\n");

        var bad = Assert.Single(new RecordReader(file, RecordParsers.Find(format)!).Read()).Bad!;

        Assert.Contains(reason, bad.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(bad.Remedy);
        Assert.StartsWith($"{file}:2: ", bad.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_longer_than_the_buffer_are_read_whole()
    {
        using var folder = new TemporaryFolder();
        string text = new('x', 200_000);
        var file = folder.File("d.jsonl", $"{{\"text\":\"{text}\"}}\n{{\"text\":\"short\"}}\n");

        Assert.Equal([text, "short"], new RecordReader(file, RecordParsers.Find("text")!).Read().Select(r => ((TextRecord)r.Record!).Text));
    }

    [Fact]
    public void A_missing_file_names_those_that_are_there()
    {
        using var folder = new TemporaryFolder();
        folder.File("training.jsonl", "");

        var reader = new RecordReader(Path.Combine(folder.Path, "train.jsonl"), RecordParsers.Find("text")!);
        var error = Assert.Throws<DatasetException>(() => reader.Read());

        Assert.Contains("the folder has training.jsonl", error.Message, StringComparison.Ordinal);
    }
}
