// Learns the demonstration's tokenizer: byte-level BPE with 4096 tokens.
//
//   dotnet run examples/base/MakeTokenizer.cs -- TEXTS FOLDER
//
// TEXTS   a JSONL file of {"text": …} records
// FOLDER  gets tokenizer.json and tokenizer_config.json
#:project ../../src/Graft.Data/Graft.Data.csproj
#:property PublishAot=false

using System.Text.Json;
using Graft.Data.Tokenization;

if (args is not [var texts, var folder])
{
    Console.Error.WriteLine("usage: dotnet run MakeTokenizer.cs -- TEXTS FOLDER");
    return 2;
}

const int VocabularySize = 4096;
const int MaxLength = 512;

// The turn marks are for the chatml template; a byte-level vocabulary needs no token for what it does not know.
string[] specialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

var trainer = new BytePairTrainer(BytePairVocabulary.PreTokenizer);
foreach (var line in File.ReadLines(texts))
{
    using var record = JsonDocument.Parse(line);
    trainer.Add(record.RootElement.GetProperty("text").GetString()!);
}

var vocabulary = trainer.Train(VocabularySize, specialTokens);
vocabulary.Save(folder, MaxLength);
Console.WriteLine($"{folder}: {vocabulary.Tokens.Count} tokens, {vocabulary.Merges.Count} merges");
return 0;
