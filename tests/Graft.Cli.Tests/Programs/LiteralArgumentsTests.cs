using System.CommandLine;
using Graft.Programs;
using Xunit;

namespace Graft.Cli.Tests.Programs;

/// <summary>What a program takes for a value, whatever the value begins with.</summary>
public sealed class LiteralArgumentsTests
{
    private readonly Option<string> _text = new("--text", "-t");
    private readonly Option<string[]> _many = new("--many");
    private readonly Option<int?> _number = new("--number");
    private readonly Option<bool> _flag = new("--flag", "-f");
    private readonly Argument<string[]> _words = new("WORDS") { Arity = ArgumentArity.ZeroOrMore };
    private readonly RootCommand _root;

    public LiteralArgumentsTests()
    {
        _root = new RootCommand { new Command("say") { _text, _many, _number, _flag, _words } };
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("--")]
    [InlineData("-f")]
    [InlineData("--flag")]
    [InlineData("--text")]
    [InlineData("--text=x")]
    [InlineData("--number=3")]
    [InlineData("-t:x")]
    [InlineData("-ft")]
    [InlineData("-h")]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("/h")]
    [InlineData("say")]
    [InlineData("@words")]
    [InlineData("[suggest]")]
    [InlineData("=")]
    [InlineData("a=b:c")]
    [InlineData("two words")]
    [InlineData("two\nlines")]
    public void The_word_after_an_option_that_takes_a_value_is_its_value(string value)
    {
        foreach (var arguments in (string[][])
            [["--text", value], ["-t", value], [$"--text={value}"], ["--flag", "--text", value, "--number", "-3", "word"]])
        {
            var parsed = LiteralArguments.Parse(_root, ["say", .. arguments]);

            Assert.Empty(parsed.Errors);
            Assert.Equal(value, parsed.GetValue(_text));
            Assert.Equal(arguments.Contains("--number") ? -3 : null, parsed.GetValue(_number));
            Assert.Equal(arguments[0] == "--flag", parsed.GetValue(_flag));
        }
    }

    [Theory]
    [InlineData("@words")]
    [InlineData("@")]
    [InlineData("/h")]
    [InlineData("-")]
    public void A_word_is_itself(string word)
    {
        Assert.Equal([word], LiteralArguments.Parse(_root, ["say", word]).GetRequiredValue(_words));
    }

    [Fact]
    public void Each_value_of_an_option_that_comes_several_times_counts()
    {
        var parsed = LiteralArguments.Parse(_root, ["say", "--many", "-f", "--many", "--text=x", "rest"]);
        Assert.Equal(["-f", "--text=x"], parsed.GetRequiredValue(_many));
        Assert.Equal(["rest"], parsed.GetRequiredValue(_words));
        Assert.False(parsed.GetValue(_flag));
    }

    [Fact]
    public void After_two_dashes_no_word_is_an_option()
    {
        var parsed = LiteralArguments.Parse(_root, ["say", "-f", "--", "--text", "-f", "@words"]);
        Assert.Equal(["--text", "-f", "@words"], parsed.GetRequiredValue(_words));
        Assert.Null(parsed.GetValue(_text));
    }

    [Fact]
    public void An_option_without_the_value_that_it_takes_is_an_error()
    {
        Assert.NotEmpty(LiteralArguments.Parse(_root, ["say", "--text"]).Errors);
    }
}
