using System.Diagnostics;
using Graft.Cli.Local;
using Xunit;

namespace Graft.Cli.Tests.Local;

public sealed class ShellWordTests
{
    [Theory]
    [InlineData("plain-word_1.2/x", "plain-word_1.2/x")]
    [InlineData("", "''")]
    [InlineData("two words", "'two words'")]
    [InlineData("it's", "'it'\\''s'")]
    public void A_word_is_quoted_where_it_must_be(string word, string quoted)
    {
        Assert.Equal(quoted, ShellWord.Quote(word));
    }

    [Theory]
    [InlineData("")]
    [InlineData("it's")]
    [InlineData("''\"\\")]
    [InlineData("$HOME `id` $(id) ${x} !! *.* ~ #x &;|<>")]
    [InlineData("two\nlines\n")]
    [InlineData("--help")]
    [InlineData("tab\tand ünicode 漢字 😀")]
    public async Task A_shell_reads_a_quoted_word_as_it_was(string word)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"printf '%s|' {ShellWord.Quote(word)}"])
        {
            RedirectStandardOutput = true,
        })!;
        var read = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(word + "|", read);
    }

    [Fact]
    public void A_path_that_begins_with_a_dash_is_no_option()
    {
        Assert.Equal("./-o/run", ShellWord.QuotePath("-o/run"));
    }
}
