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
    [InlineData("text", """{"\ud800":1,"text":"a"}""", "not valid UTF-8")]
    [InlineData("text", """{"id":"\ud800","text":"a"}""", "not valid UTF-8")]
    [InlineData("text", """{"text":"a","text":"b"}""", "not JSON that can be read: Duplicate property 'text'")]
    [InlineData("text", """{"text":"a","score":NaN}""", "not JSON that can be read at byte 20")]
    [InlineData("text", """{"text":"a",}""", "trailing comma")]
    [InlineData("messages", """{"messages":[]}""", "'messages' is missing, no list, or empty")]
    [InlineData("messages", """{"messages":["hi"]}""", "message 1: it is a JSON string")]
    [InlineData("messages", """{"messages":{"role":"user"}}""", "'messages' is missing, no list, or empty")]
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
    public void A_line_without_end_costs_no_memory_and_is_one_bad_record()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("d.jsonl", $"{{\"text\":\"{new string('a', 8192)}\"}}\n");
        using (var stream = new FileStream(file, FileMode.Append))
        {
            stream.Write("{\"text\":\""u8);
            stream.SetLength(stream.Length + (3L * JsonLines.Longest));
            stream.Seek(0, SeekOrigin.End);
            stream.Write("\"}\n{\"text\":\"last\"}\n"u8);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadRecord[] read = [.. new RecordReader(file, RecordParsers.Find("text")!).Read()];

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5L * JsonLines.Longest);
        Assert.Equal([1, 2, 3], read.Select(r => r.Line));
        Assert.Contains("longer than 16 MiB", read[1].Bad!.Reason, StringComparison.Ordinal);
        Assert.Equal("last", ((TextRecord)read[2].Record!).Text);
    }

    [Fact]
    public void A_line_of_many_levels_is_a_bad_record()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("d.jsonl", $"{{\"text\":\"a\",\"x\":{new string('[', 100_000)}{new string(']', 100_000)}}}\n");

        Assert.Contains("depth", Assert.Single(new RecordReader(file, RecordParsers.Find("text")!).Read()).Bad!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_names_what_is_in_it()
    {
        using var folder = new TemporaryFolder();
        folder.File("rows.jsonl", "");

        var error = Assert.Throws<DatasetException>(() => new RecordReader(folder.Path, RecordParsers.Find("text")!).Read());

        Assert.Contains("it is a folder; the folder has rows.jsonl", error.Message, StringComparison.Ordinal);
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
