using System.IO.Compression;
using System.Text;
using Graft.Data.Records;
using Xunit;

namespace Graft.Data.Tests.Records;

/// <summary>A file that holds records in another way is recognized, and its error says how to convert it.</summary>
public sealed class ForeignFileTests
{
    private const string Record = """{"text":"one"}""";

    public static TheoryData<string, string, string, string> Texts => new()
    {
        { "train.json", $"[{Record}]", "one JSON array", "jq -c '.[]' train.json > train.jsonl" },
        { "train.json", $"\uFEFF [\n  {Record},\n  {Record}\n]\n", "one JSON array", "jq -c '.[]' train.json" },
        { "train.jsonl", $"[{Record}]", "one JSON array", "jq -c '.[]' train.jsonl > NEW.jsonl" },
        { "a b.json", $"[{Record}]", "one JSON array", "jq -c '.[]' OLD > NEW.jsonl" },
        { "train.json", "{\n  \"text\": \"one\"\n}\n", "JSON written over several lines", "jq -c" },
        { "train.csv", "instruction,input,output\n\"a\",\"b\",\"c\"\n", "a table with commas", "read_csv('train.csv'" },
        { "train.CSV", "the question;the answer\na;b\n", "a table with commas", "read_csv('train.CSV'" },
        { "train.tsv", "instruction\toutput\na\tb\n", "a table with tabs", "read_csv('train.tsv', sep='\\t'" },
        { "train.yaml", "- instruction: a\n  output: b\n", "YAML", "safe_load" },
        { "train.jsonl", "<!DOCTYPE html>\n<html><body>404</body></html>\n", "an HTML or XML document", "error page" },
        { "train.jsonl", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "a pointer of Git LFS", "git lfs pull" },
    };

    public static TheoryData<string, byte[], string, string> Binary => new()
    {
        { "train.jsonl.gz", Gzip(Record), "compressed with gzip", "gzip -dc train.jsonl.gz > train.jsonl" },
        { "train.jsonl", Gzip(Record), "compressed with gzip", "gzip -dc train.jsonl > NEW.jsonl" },
        { "train.parquet", [.. "PAR1"u8, 0, 1, 2], "a Parquet file", "read_parquet('train.parquet')" },
        { "train.xlsx", [.. "PK"u8, 3, 4, 0, 0], "a zip archive or an Excel workbook", "read_excel('train.xlsx')" },
        { "train.jsonl", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Record)], "text in UTF-16", "iconv -f UTF-16" },
        { "train.jsonl", Encoding.Unicode.GetBytes(Record), "text in UTF-16", "iconv -f UTF-16LE" },
        { "train.jsonl", Encoding.BigEndianUnicode.GetBytes(Record), "text in UTF-16", "iconv -f UTF-16BE" },
        { "train.jsonl", new byte[5000], "a binary file", "Write one JSON object a line." },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_of_another_kind_is_named_with_its_conversion(string name, string content, string what, string convert) =>
        IsRefused(name, Encoding.UTF8.GetBytes(content), what, convert);

    [Theory]
    [MemberData(nameof(Binary))]
    public void Bytes_of_another_kind_are_named_with_their_conversion(string name, byte[] content, string what, string convert) =>
        IsRefused(name, content, what, convert);

    [Theory]
    [InlineData("{\"text\":\"one\"}")]
    [InlineData("\uFEFF{\"text\":\"one\"}\r\n")]
    [InlineData("\n\n  {\"text\":\"one, two\\tthree\"}\n")]
    [InlineData("not json, at all\n{\"text\":\"one\"}")]
    [InlineData("[1]\n{\"text\":\"one\"}")]
    [InlineData("note: made by hand\n{\"text\":\"one\"}")]
    [InlineData("id,text\n{\"text\":\"one\"}")]
    public void A_file_of_JSON_lines_is_read_even_where_a_line_is_bad(string content)
    {
        using var folder = new TemporaryFolder();

        var read = new RecordReader(folder.File("train.jsonl", content), RecordParsers.Find("text")!).Read().ToList();

        Assert.Contains(read, one => one.Record is not null);
    }

    [Theory]
    [InlineData("train.jsonl", "")]
    [InlineData("train.csv", " \n\t\n")]
    public void A_file_of_nothing_is_of_no_kind(string name, string content)
    {
        using var folder = new TemporaryFolder();

        Assert.Empty(new RecordReader(folder.File(name, content), RecordParsers.Find("text")!).Read());
    }

    private static void IsRefused(string name, byte[] content, string what, string convert)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File(name, "");
        File.WriteAllBytes(file, content);

        var error = Assert.Throws<DatasetException>(() => new RecordReader(file, RecordParsers.Find("text")!).Read());

        Assert.StartsWith($"{file}: it is {what}", error.Message, StringComparison.Ordinal);
        Assert.Contains("Graft reads JSON lines", error.Message, StringComparison.Ordinal);
        Assert.Contains(convert, error.Message, StringComparison.Ordinal);
    }

    private static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }
}
