using System.Text;
using System.Text.RegularExpressions;

namespace Graft.Data.Records;

/// <summary>Recognizes files that hold records in another way than as JSON lines, and says how to convert them.</summary>
internal static partial class ForeignFiles
{
    private const int HeadSize = 4096;

    /// <summary>Files that begin with bytes that no text begins with. {0} is the file, {1} the file to make.</summary>
    private static readonly (byte[] Start, string What, string Remedy)[] Binary =
    [
        ([0x1F, 0x8B], "compressed with gzip", With("gzip -dc {0} > {1}")),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd", With("zstd -dc {0} > {1}")),
        ([.. "BZh"u8], "compressed with bzip2", With("bzip2 -dc {0} > {1}")),
        ([0xFD, .. "7zXZ"u8], "compressed with xz", With("xz -dc {0} > {1}")),
        ([.. "PK"u8, 3, 4], "a zip archive or an Excel workbook",
            "Unpack it with: unzip {0}. If it is a workbook: " + Pandas("read_excel", "")),
        ([0xD0, 0xCF, 0x11, 0xE0], "an Excel workbook", With(Pandas("read_excel", ""))),
        ([.. "7z"u8, 0xBC, 0xAF], "a 7z archive", "Unpack it with: 7z x {0}"),
        ([.. "PAR1"u8], "a Parquet file", With(Pandas("read_parquet", ""))),
        ([.. "ARROW1"u8], "an Arrow file", With(Pandas("read_feather", ""))),
        ([.. "SQLite format 3"u8], "a SQLite database", With("sqlite3 -json {0} 'SELECT * FROM TABLE' | jq -c '.[]' > {1}")),
        ([.. "%PDF"u8], "a PDF document", "Take the text out of it, and write one JSON object a line."),
        ([0xFF, 0xFE], "text in UTF-16", With("iconv -f UTF-16 -t UTF-8 {0} > {1}")),
        ([0xFE, 0xFF], "text in UTF-16", With("iconv -f UTF-16 -t UTF-8 {0} > {1}")),
    ];

    /// <summary>Files of text that is not a JSON object a line.</summary>
    private static readonly (Regex Start, string? Extension, string What, string Remedy)[] Texts =
    [
        (JsonArray(), null, "one JSON array", With("jq -c '.[]' {0} > {1}")),
        (OpenObject(), null, "JSON written over several lines", With("jq -c 'if type == \"array\" then .[] else . end' {0} > {1}")),
        (GitLfs(), null, "a pointer of Git LFS in place of the file itself", "Fetch the file with: git lfs pull"),
        (Markup(), ".html", "an HTML or XML document", "Download the file itself: this may be the page about it, or an error page."),
        (Yaml(), ".yaml", "YAML", With("python3 -c \"import json, yaml; [print(json.dumps(r)) for r in yaml.safe_load(open('{0}'))]\" > {1}")),
        (Tabs(), ".tsv", "a table with tabs (TSV)", With(Pandas("read_csv", ", sep='\\t', keep_default_na=False"))),
        (Commas(), ".csv", "a table with commas (CSV)", With(Pandas("read_csv", ", keep_default_na=False"))),
    ];

    /// <summary>Refuses a file of another kind than JSON lines.</summary>
    /// <exception cref="DatasetException">It is one; the message says what it is, and how to convert it.</exception>
    public static void Refuse(string file)
    {
        if (Find(Head(file), Path.GetExtension(file)) is var (what, remedy))
        {
            var (name, made) = Names(file);
            throw new DatasetException(
                $"{file}: it is {what}. Graft reads JSON lines: a file of UTF-8 text with one JSON object a line. "
                + remedy.Replace("{0}", name, StringComparison.Ordinal).Replace("{1}", made, StringComparison.Ordinal));
        }
    }

    private static (string What, string Remedy)? Find(ReadOnlySpan<byte> head, string extension)
    {
        foreach (var (start, what, remedy) in Binary)
        {
            if (head.StartsWith(start))
            {
                return (what, remedy);
            }
        }

        if (head.Contains((byte)0))
        {
            return head.Length > 1 && (head[0] == 0) != (head[1] == 0)
                ? ("text in UTF-16", With($"iconv -f UTF-16{(head[0] == 0 ? "BE" : "LE")} -t UTF-8 {{0}} > {{1}}"))
                : ("a binary file", "Write one JSON object a line.");
        }

        var text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF');
        // Among JSON lines there may be one that is none: a bad record.
        var hasObjects = ObjectLine().IsMatch(text);
        foreach (var (start, usual, what, remedy) in Texts)
        {
            var isMeant = usual is null || !hasObjects;
            var isNamed = !string.IsNullOrWhiteSpace(text) && extension.Equals(usual, StringComparison.OrdinalIgnoreCase);
            if (isMeant && (isNamed || start.IsMatch(text)))
            {
                return (what, remedy);
            }
        }

        return null;
    }

    private static byte[] Head(string file)
    {
        using var stream = File.OpenRead(file);
        var head = new byte[HeadSize];
        return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    /// <summary>The file and one beside it as a shell reads them whole; words in their place where a name is odd.</summary>
    private static (string Name, string Made) Names(string file)
    {
        var name = Path.GetFileName(file);
        if (!PlainName().IsMatch(name))
        {
            return ("OLD", "NEW.jsonl");
        }

        var made = name.Split('.')[0] + ".jsonl";
        return (name, made == name ? "NEW.jsonl" : made);
    }

    private static string With(string command) => $"Convert it with: {command}";

    private static string Pandas(string reader, string options) =>
        $"python3 -c \"import pandas; pandas.{reader}('{{0}}'{options})"
        + ".to_json('{1}', orient='records', lines=True, force_ascii=False)\"";

    [GeneratedRegex(@"^\s*\[\s*\{", RegexOptions.NonBacktracking)]
    private static partial Regex JsonArray();

    [GeneratedRegex(@"^\s*[\[{][ \t\r]*\n", RegexOptions.NonBacktracking)]
    private static partial Regex OpenObject();

    [GeneratedRegex("^version https://git-lfs", RegexOptions.NonBacktracking)]
    private static partial Regex GitLfs();

    [GeneratedRegex(@"^\s*<(!doctype|html|head|body|\?xml|[a-z]+[ >])", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Markup();

    [GeneratedRegex(@"^\s*(---[ \t\r]*\n|- +[A-Za-z_]+:|[A-Za-z_]+:[ \t\r]*(\n|[|>'""]|[A-Za-z]))", RegexOptions.NonBacktracking)]
    private static partial Regex Yaml();

    [GeneratedRegex(@"^\s*[^\s{\[][^\n{\[\t]*\t[^\n{\[]*\r?\n", RegexOptions.NonBacktracking)]
    private static partial Regex Tabs();

    [GeneratedRegex(@"^\s*""?[A-Za-z_][A-Za-z0-9_]*""?[ ]?(,[ ]?""?[A-Za-z_][A-Za-z0-9_]*""?)+\r?\n", RegexOptions.NonBacktracking)]
    private static partial Regex Commas();

    [GeneratedRegex(@"^\s*\{\s*""", RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex ObjectLine();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]*$", RegexOptions.NonBacktracking)]
    private static partial Regex PlainName();
}
