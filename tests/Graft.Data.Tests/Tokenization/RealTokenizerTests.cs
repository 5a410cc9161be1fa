using System.Text.Json;
using Graft.Data.Tokenization;
using Graft.Tests;
using Xunit;

namespace Graft.Data.Tests.Tokenization;

public sealed class RealTokenizerTests
{
    [Fact]
    public void SmolLM2_gives_the_ids_of_the_reference_and_its_texts_back()
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable("GRAFT_MODELS") ?? Shared(), "smollm2-135m-instruct");
        var gguf = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.gguf").FirstOrDefault() : null;
        if (gguf is null)
        {
            Assert.Skip($"{folder} has no GGUF file: set GRAFT_MODELS to a folder that holds smollm2-135m-instruct/ with the GGUF and "
                + "facts.json");
        }

        using var temporary = new TemporaryFolder();
        temporary.File("tokenizer.json", GgufTokenizer.ToTokenizerJson(gguf));
        var tokenizer = TokenizerFolder.Load(temporary.Path);
        using var facts = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "facts.json")));
        foreach (var fact in facts.RootElement.GetProperty("tokenizer").GetProperty("texts").EnumerateArray())
        {
            var text = fact.GetProperty("text").GetString()!;
            var ids = tokenizer.Encode(text);
            Assert.True(fact.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).SequenceEqual(ids), $"{text} gave "
                + $"{string.Join(' ', ids)}");
            Assert.Equal(text, tokenizer.Decode(ids, keepSpecial: true));
        }
    }

    private static string Shared()
    {
        return Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "models"));
    }
}
