using System.Text;
using Xunit;

namespace Graft.Common.Tests;

public sealed class JsonFieldsTests
{
    private const string Path = "/models/tiny/config.json";

    private static readonly JsonFields Fields = Parse("""
        {
          "text": "gelu", "none": null, "whole": 8, "written": 8.0, "half": 0.5, "yes": true,
          "inner": { "factor": 4, "deeper": { "name": "x" } },
          "names": ["q", "v"], "single": "q", "layers": [0, 1.0], "layer": 3, "mixed": ["q", 1],
          "items": [{ "id": 1 }, { "id": "two" }], "rates": { "a": 1, "b": 0.5 }
        }
        """);

    [Fact]
    public void Fields_are_read_by_their_type()
    {
        Assert.Equal("gelu", Fields.Text("text"));
        Assert.Equal([8, 8], [Fields.Int("whole"), Fields.Size("written")]);
        Assert.Equal([0.5, 8], [Fields.Double("half"), Fields.Double("whole")]);
        Assert.True(Fields.Flag("yes"));
        Assert.Equal("x", Fields.RequiredSection("inner").Section("deeper")!.RequiredText("name"));
        Assert.Equal(["q", "v"], Fields.Texts("names"));
        Assert.Equal(["q"], Fields.Texts("single"));
        Assert.Null(Fields.Texts("single", out var single));
        Assert.Equal("q", single);
        Assert.Equal([0, 1], Fields.Integers("layers"));
        Assert.Equal([3], Fields.Integers("layer"));
        Assert.Equal(1, Fields.Sections("items")[0].Int("id"));
        Assert.Equal(new Dictionary<string, double> { ["a"] = 1, ["b"] = 0.5 }, Fields.Numbers("rates"));
        Assert.Equal(new Dictionary<string, int> { ["one"] = 1 }, Parse("""{"one": 1}""").WholeNumbers());
    }

    [Theory]
    [InlineData("none")]
    [InlineData("absent")]
    public void What_is_absent_or_null_is_the_default_or_empty(string name)
    {
        Assert.False(Fields.Has(name));
        Assert.Null(Fields.Text(name));
        Assert.Null(Fields.Section(name));
        Assert.Null(Fields.Texts(name));
        Assert.Empty(Fields.Integers(name));
        Assert.Empty(Fields.Sections(name));
        Assert.Empty(Fields.Numbers(name));
        Assert.True(Fields.Flag(name, otherwise: true));
        Assert.Equal(7, Fields.Int(name, 7));
        Assert.Equal(0.5, Fields.Double(name, 0.5));
    }

    [Fact]
    public void What_is_missing_or_of_another_type_is_refused_by_file_and_field()
    {
        (Action Read, string Message)[] cases =
        [
            (() => Fields.Int("absent"), "the field 'absent' is missing (a whole number)"),
            (() => Fields.RequiredText("none"), "the field 'none' is missing (a string)"),
            (() => Fields.RequiredSection("none"), "the field 'none' is missing (an object)"),
            (() => Fields.Text("whole"), "whole = 8 must be a string"),
            (() => Fields.Int("half"), "half = 0.5 must be a whole number"),
            (() => Fields.Int("text"), "text = \"gelu\" must be a whole number"),
            (() => Fields.Size("absent", 0), "absent = (missing) must be at least 1"),
            (() => Fields.Double("yes"), "yes = true must be a number"),
            (() => Fields.Flag("whole"), "whole = 8 must be true or false"),
            (() => Fields.Section("text"), "text = \"gelu\" must be an object"),
            (() => Fields.Sections("names"), "names = [\"q\", \"v\"] must be a list of objects"),
            (() => Fields.Texts("mixed"), "mixed = [\"q\", 1] must be a string or a list of strings"),
            (() => Fields.Integers("names"), "names = [\"q\", \"v\"] must be a whole number or a list of them"),
            (() => Fields.RequiredSection("inner").Text("factor"), "inner: factor = 4 must be a string"),
            (() => Fields.Sections("items")[1].Int("id"), "items[1]: id = \"two\" must be a whole number"),
            (() => Fields.RequiredSection("rates").WholeNumbers(), "rates: b = 0.5 must be a whole number"),
            (() => Fields.Require("text", holds: false, "silu"), "text = \"gelu\" is not supported; Graft supports silu"),
        ];

        foreach (var (read, message) in cases)
        {
            Assert.Equal($"{Path}: {message}", Assert.Throws<InvalidDataException>(read).Message);
        }
    }

    [Theory]
    [InlineData("[1]", "not a JSON object")]
    [InlineData("{", "not JSON:")]
    [InlineData("", "not JSON:")]
    public void What_is_no_object_is_refused(string json, string message)
    {
        Assert.StartsWith($"{Path}: {message}", Assert.Throws<InvalidDataException>(() => Parse(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_value_is_cut_in_the_message()
    {
        var fields = Parse($$"""{"vocab": "{{new string('x', 100_000)}}"}""");

        Assert.InRange(Assert.Throws<InvalidDataException>(() => fields.Int("vocab")).Message.Length, 100, 400);
    }

    [Fact]
    public void A_file_that_is_too_large_is_refused()
    {
        Assert.Contains("larger than", Assert.ThrowsAny<Exception>(() => JsonFields.Read("/dev/zero", Fault)).Message);
    }

    private static JsonFields Parse(string json) => JsonFields.Parse(Encoding.UTF8.GetBytes(json), Path, Fault);

    private static InvalidDataException Fault(string message, Exception? cause) => new(message, cause);
}
