using System.Text.Encodings.Web;
using System.Text.Json;
using Xunit;

namespace Graft.Common.Tests;

public sealed class VisibleTextTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("plain, with ünicode 漢字 and 😀", "plain, with ünicode 漢字 and 😀")]
    [InlineData("\u001b[31mred\u0007", "\\u001b[31mred\\u0007")]
    [InlineData("\u009b31m\u007f", "\\u009b31m\\u007f")]
    [InlineData("name\u202egpj.exe\u2066\u200f", "name\\u202egpj.exe\\u2066\\u200f")]
    [InlineData("one\r\ntwo\tthree", "one\\u000d\ntwo\tthree")]
    [InlineData("a\u2028b\u0085c", "a\\u2028b\\u0085c")]
    [InlineData("tag \U000E0041", "tag \\udb40\\udc41")]
    [InlineData("می\u200cخواهم 👩\u200d🔬", "می\u200cخواهم 👩\u200d🔬")]
    public void What_a_terminal_would_obey_is_written_in_letters(string text, string shown)
    {
        Assert.Equal(shown, VisibleText.Lines(text));
    }

    [Fact]
    public void Half_of_a_pair_is_written_in_letters()
    {
        Assert.Equal("half \\ud800 of it", VisibleText.Lines($"half {(char)0xD800} of it"));
    }

    [Fact]
    public void A_line_stays_one()
    {
        Assert.Equal("a\\u000ab\\u0009c", VisibleText.Line("a\nb\tc"));
    }

    [Fact]
    public void Json_keeps_its_meaning()
    {
        var text = string.Concat(Enumerable.Range(0, 0x3000).Where(code => code is < 0xD800).Select(code => (char)code));
        var json = VisibleText.Lines(JsonSerializer.Serialize(text, Relaxed));

        Assert.Equal(json, VisibleText.Line(json));
        Assert.Equal(text, JsonSerializer.Deserialize<string>(json));
    }

    [Theory]
    [InlineData("short", "short")]
    [InlineData("1234567890", "1234567890")]
    [InlineData("12345678901", "1234567890…")]
    [InlineData("123456789😀", "123456789…")]
    public void A_quote_is_the_beginning_of_a_long_text(string text, string quote)
    {
        Assert.Equal(quote, VisibleText.Short(text, 10));
    }

    [Fact]
    public void A_writer_passes_on_what_is_visible_however_it_is_written()
    {
        using var inner = new StringWriter { NewLine = "\n" };
        using var writer = new VisibleWriter(inner);
        writer.Write('\u001b');
        writer.Write("a\u0007".ToCharArray());
        writer.Write("b\u202e".AsSpan());
        writer.WriteLine("c\rd");
        writer.Write(5);

        Assert.Equal("\\u001ba\\u0007b\\u202ec\\u000dd\n5", inner.ToString());
    }
}
