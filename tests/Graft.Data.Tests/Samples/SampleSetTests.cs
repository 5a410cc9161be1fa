using System.Text.Json.Nodes;
using Graft.Data.Records;
using Graft.Data.Samples;
using Graft.Data.Templates;
using Graft.Data.Tests.Tokenization;
using Graft.Data.Tokenization;
using Xunit;

namespace Graft.Data.Tests.Samples;

public sealed class SampleSetTests
{
    private static readonly TextTokenizer Tokenizer = TokenizerFiles.ByteLevel();

    private const string Good = """{"id":"good","instruction":"Say the","output":"the"}""";
    private const string Unanswered =
        """{"id":"x","instruction":"the dog sleeps over the lazy fox, the dog sleeps over the lazy fox","output":"the"}""";

    private const string Bad = """{"id":"bad","instruction":"Say nothing","output":" "}""";

    [Fact]
    public void A_bad_record_stops_with_its_place_and_both_remedies()
    {
        var error = Assert.Throws<DatasetException>(() => Load($"{Good}\n{Bad}\n"));

        Assert.Contains(".jsonl:2: record 'bad': the field 'output' is empty", error.Message, StringComparison.Ordinal);
        Assert.Contains("onBadRecord", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_bad_records_are_counted_and_the_first_are_shown()
    {
        var set = Load($"{Good}\n{Bad}\nnot json\n{Good}\n", onBad: BadRecordPolicy.Skip);

        Assert.Equal(2, set.Samples.Count);
        Assert.Equal(new SampleCounts { Records = 4, Bad = 2 }, set.Counts);
        Assert.Equal([2, 3], set.FirstBad.Select(b => b.Line));
    }

    [Fact]
    public void Long_records_are_cut_left_out_or_refused_as_asked_and_counted()
    {
        const string Long = """{"id":"long","instruction":"Say it","output":"the dog sleeps over the fox, the dog sleeps over the fox"}""";
        var file = $"{Good}\n{Long}";

        SampleSet cut = Load(file, TooLongPolicy.Truncate, maxLength: 20), left = Load(file, TooLongPolicy.Skip, maxLength: 20);

        Assert.Equal((2, 1), (cut.Samples.Count, cut.Counts.Truncated));
        Assert.Equal(20, cut.Samples[1].Length);
        Assert.Equal((1, 1), (left.Samples.Count, left.Counts.TooLong));
        var error = Assert.Throws<DatasetException>(() => Load(file, TooLongPolicy.Error, maxLength: 20));
        Assert.Contains(".jsonl:2: record 'long' has", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_whose_prompt_alone_is_too_long_is_left_out_with_its_place()
    {
        var set = Load($"{Good}\n{Unanswered}\n", TooLongPolicy.Truncate, maxLength: 10);

        Assert.Equal(new SampleCounts { Records = 2, TooLong = 1 }, set.Counts);
        Assert.Equal(("good", 2), (Assert.Single(set.Samples).Id, set.FirstTooLong!.Line));
        Assert.True(set.FirstTooLong.Tokens > 10);
    }

    [Fact]
    public void A_file_of_which_most_records_would_be_left_out_for_their_prompts_is_refused_unless_that_is_asked_for()
    {
        var file = $"{Good}\n{Unanswered}\n{Unanswered}\n";

        var error = Assert.Throws<DatasetException>(() => Load(file, TooLongPolicy.Truncate, maxLength: 10));

        Assert.Contains(
            ".jsonl:2: of the file's 3 records 2 have no token of their answer within the first 10", error.Message, StringComparison.Ordinal);
        Assert.Contains("onTooLong to skip", error.Message, StringComparison.Ordinal);
        Assert.Single(Load(file, TooLongPolicy.Skip, maxLength: 10).Samples);
    }

    [Fact]
    public void A_text_that_the_vocabulary_cannot_write_is_a_bad_record()
    {
        var tokenizer = WithoutByte('x');
        var set = Load(
            $$"""{{Good}}{{"\n"}}{"id":"odd","instruction":"Say","output":"x"}""", onBad: BadRecordPolicy.Skip, tokenizer: tokenizer);

        Assert.Equal(new SampleCounts { Records = 2, Bad = 1 }, set.Counts);
        Assert.Contains("0x78", Assert.Single(set.FirstBad).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_that_cannot_be_read_makes_its_record_a_bad_one()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "good.ppm"), [.. "P6 1 1 255\n"u8, 1, 2, 3]);
        File.WriteAllBytes(Path.Combine(folder.Path, "short.ppm"), [.. "P6 1 2 255\n"u8, 1, 2, 3]);
        var lines = new[] { "good", "short", "missing" }.Select(name => $"{{\"image\":\"{name}.ppm\",\"text\":\"the\"}}");
        var template = new PlainTemplate();

        var set = SampleSet.Load(
            folder.File("d.jsonl", string.Join('\n', lines)),
            new DataOptions(RecordParsers.Find("imageText")!, template, 64, TooLongPolicy.Error, BadRecordPolicy.Skip, Packing: false),
            new SampleEncoder(Tokenizer, template));

        Assert.Equal("good.ppm", Path.GetFileName(Assert.Single(set.Samples).Picture));
        Assert.Equal([2, 3], set.FirstBad.Select(bad => bad.Line));
        Assert.Contains("short.ppm: it has 3 bytes of pixels", set.FirstBad[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_nothing_but_bad_records_shows_the_first()
    {
        var error = Assert.Throws<DatasetException>(() => Load($"{Bad}\n{Bad}\n", onBad: BadRecordPolicy.Skip));

        Assert.Contains("of its 2 records 2 cannot be used", error.Message, StringComparison.Ordinal);
        Assert.Contains(".jsonl:1: record 'bad'", error.Message, StringComparison.Ordinal);
        Assert.Contains("it is empty", Assert.Throws<DatasetException>(() => Load("\n  \n")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Packed_texts_are_one_stream_cut_into_equal_lengths()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("t.jsonl", string.Concat(Enumerable.Range(0, 9).Select(i => $"{{\"text\":\"the fox number {i}\"}}\n")));
        var encoder = new SampleEncoder(Tokenizer, new PlainTemplate());
        var options = new DataOptions(
            RecordParsers.Find("text")!, new PlainTemplate(), 16, TooLongPolicy.Truncate, BadRecordPolicy.Error, Packing: false);
        int[] stream = [.. SampleSet.Load(file, options, encoder).Samples.SelectMany(s => s.Ids)];

        var packed = SampleSet.Load(file, options with { Packing = true }, encoder);

        Assert.All(packed.Samples.SkipLast(1), s => Assert.Equal(16, s.Length));
        Assert.Equal(stream, packed.Samples.SelectMany(s => s.Ids));
        Assert.All(packed.Samples, s => Assert.Equal(s.Length - 1, s.TrainedTokens));
        Assert.Contains("…", packed.Samples[0].Id, StringComparison.Ordinal);
    }

    /// <summary>A tokenizer whose vocabulary lacks a byte.</summary>
    private static TextTokenizer WithoutByte(char missing)
    {
        using var folder = new TemporaryFolder();
        TokenizerFiles.Train().Save(folder.Path, maxLength: 128);
        var path = Path.Combine(folder.Path, "tokenizer.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        var vocabulary = json["model"]!["vocab"]!.AsObject();
        string[] tokens = [.. vocabulary.Select(entry => entry.Key)];
        foreach (var token in tokens.Where(token => token.Contains(missing, StringComparison.Ordinal)))
        {
            vocabulary.Remove(token);
        }

        var merges = json["model"]!["merges"]!.AsArray();
        json["model"]!["merges"] = new JsonArray(
            [.. merges.Where(pair => !pair!.ToJsonString().Contains(missing, StringComparison.Ordinal)).Select(pair => pair!.DeepClone())]);
        File.WriteAllText(path, json.ToJsonString());
        return TokenizerFolder.Load(folder.Path);
    }

    private static SampleSet Load(
        string content, TooLongPolicy onTooLong = TooLongPolicy.Error, BadRecordPolicy onBad = BadRecordPolicy.Error, int maxLength = 256,
        TextTokenizer? tokenizer = null)
    {
        using var folder = new TemporaryFolder();
        var template = new PlainTemplate();
        return SampleSet.Load(
            folder.File("d.jsonl", content),
            new DataOptions(RecordParsers.Find("instruction")!, template, maxLength, onTooLong, onBad, Packing: false),
            new SampleEncoder(tokenizer ?? Tokenizer, template));
    }
}
