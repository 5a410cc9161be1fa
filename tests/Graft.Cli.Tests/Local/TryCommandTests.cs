using Graft.Cli.Local;
using Xunit;

namespace Graft.Cli.Tests.Local;

public sealed class TryCommandTests
{
    private const string Good = """{"instruction":"Say it","input":"it's","output":"x"}""";
    private const string Asked = """--prompt 'Say it' --input 'it'\''s'""";

    [Theory]
    [InlineData("instruction", Good, Asked)]
    [InlineData("instruction", Good + "\n   \n\n", Asked)]
    [InlineData("instruction", "\uFEFF" + Good, Asked)]
    [InlineData("instruction", Good + "\n{\"instruction\": 5}\n", Asked)]
    [InlineData("instruction", Good + "\nnot json\n[]\nnull\n{}\n", Asked)]
    [InlineData("instruction", Good + "\n{\"instruction\":\"\\ud800\",\"output\":\"x\"}\n", Asked)]
    [InlineData("instruction", Good + "\n{\"instruction\":\"clear\\u001b[2J\",\"output\":\"x\"}\n", Asked)]
    [InlineData("instruction", "", null)]
    [InlineData("messages", """{"messages":5}""", null)]
    [InlineData("messages", """{"messages":[5,null]}""", null)]
    [InlineData("messages", """{"messages":[{"role":"user","content":[{"type":"text","text":"Hi "},{"type":"text","text":"you"}]}]}""", "--prompt 'Hi you'")]
    public void The_last_record_that_a_shell_can_ask_is_asked(string format, string content, string? expected)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("d.jsonl", content);

        Assert.Equal(expected, TryCommand.Example(file, format));
    }

    [Fact]
    public void A_long_file_is_read_at_its_end_and_a_line_without_end_asks_nothing()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("d.jsonl", new string('\n', 5_000_000) + Good + "\n");
        Assert.Equal(Asked, TryCommand.Example(file, "instruction"));

        File.WriteAllText(file, $"{{\"instruction\":\"{new string('a', 5_000_000)}\",\"output\":\"x\"}}");
        Assert.Null(TryCommand.Example(file, "instruction"));
    }

    [Fact]
    public void A_file_that_is_gone_asks_nothing()
    {
        Assert.Null(TryCommand.Example("/nowhere/d.jsonl", "instruction"));
    }
}
