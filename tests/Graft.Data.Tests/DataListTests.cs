using System.Text.Json;
using Graft.Api.Data;
using Graft.Data.Records;
using Graft.Data.Templates;
using Xunit;

namespace Graft.Data.Tests;

/// <summary>What specs can name is what can be read and rendered, and the other way round.</summary>
public sealed class DataListTests
{
    /// <summary>A record of each format.</summary>
    private static readonly Dictionary<string, string> Records = new()
    {
        ["instruction"] = """{"instruction":"add 1","input":"2","output":"3"}""",
        ["messages"] = """{"messages":[{"role":"user","content":"add 1 to 2"},{"role":"assistant","content":"3"}]}""",
        ["text"] = """{"text":"1 and 2 are 3"}""",
        ["imageText"] = """{"image":"three.ppm","text":"3"}""",
    };

    public static TheoryData<string> Formats => [.. SampleFormats.Names];

    public static TheoryData<string, string> Renderings
    {
        get
        {
            var renderings = new TheoryData<string, string>();
            foreach (var format in SampleFormats.All)
            {
                foreach (var template in format.Templates)
                {
                    renderings.Add(format.Name, template);
                }
            }

            return renderings;
        }
    }

    [Fact]
    public void Formats_have_parsers_and_parsers_formats()
    {
        Assert.Equal(SampleFormats.Names, RecordParsers.All.Select(parser => parser.Format));
    }

    [Fact]
    public void Templates_that_specs_name_are_those_that_there_are()
    {
        Assert.Equal(TemplateNames.Names.Order(StringComparer.Ordinal), PromptTemplates.Names.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_format_says_of_its_records_what_they_have(string name)
    {
        var (format, record) = (SampleFormats.Find(name)!, Record(name));

        Assert.Equal(format.HasAnswer, record.Answer is not null);
        Assert.Equal(format.HasPicture, record.Picture is not null);
        Assert.Null(record.WithoutAnswer().Answer);
    }

    [Theory]
    [MemberData(nameof(Renderings))]
    public void A_record_without_its_answer_renders_to_the_text_in_front_of_it(string format, string template)
    {
        var (record, renderer) = (Record(format), PromptTemplates.Find(template)!);
        var whole = string.Concat(renderer.Render(record).Select(segment => segment.Text));
        var prompt = string.Concat(renderer.Render(record.WithoutAnswer()).Select(segment => segment.Text));

        Assert.StartsWith(prompt, whole, StringComparison.Ordinal);
        Assert.Equal(record.Answer is null, prompt == whole);
        Assert.Contains(renderer.Render(record), segment => segment.Trained);
    }

    [Theory]
    [InlineData("../secret.ppm")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b.ppm")]
    public void A_picture_outside_of_the_data_set_is_refused(string image)
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(new { image, text = "3" }));

        var parser = RecordParsers.Find("imageText")!;
        var error = Assert.Throws<BadRecordException>(() => parser.Parse(json.RootElement, "1", new HashSet<string>()));

        Assert.Contains("leads out of the data set's folder", error.Reason, StringComparison.Ordinal);
    }

    private static SourceRecord Record(string format)
    {
        using var json = JsonDocument.Parse(Records[format]);
        return RecordParsers.Find(format)!.Parse(json.RootElement, "1", new HashSet<string>());
    }
}
