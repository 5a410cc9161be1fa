using System.Text.Json;
using Graft.Data.Tokenization;
using Xunit;

namespace Graft.Data.Tests.Tokenization;

public sealed class RealTokenizerTests
{
    [Fact]
    public void SmolLM2_gives_the_ids_of_the_reference_and_its_texts_back()
    {
        string folder = Path.Combine(Environment.GetEnvironmentVariable("GRAFT_MODELS") ?? Shared(), "smollm2-135m-instruct");
        string? gguf = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.gguf").FirstOrDefault() : null;
        if (gguf is null)
        {
            Assert.Skip($"{folder} has no GGUF file: set GRAFT_MODELS to a folder that holds smollm2-135m-instruct/ with the GGUF and "
                + "facts.json");
        }

        using var temporary = new TemporaryFolder();
        temporary.File("tokenizer.json", GgufTokenizer.ToTokenizerJson(gguf));
        TextTokenizer tokenizer = TokenizerFolder.Load(temporary.Path);
        using var facts = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "facts.json")));
        foreach (JsonElement fact in facts.RootElement.GetProperty("tokenizer").GetProperty("texts").EnumerateArray())
        {
            string text = fact.GetProperty("text").GetString()!;
            List<int> ids = tokenizer.Encode(text);
            Assert.True(fact.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).SequenceEqual(ids), $"{text} gave "
                + $"{string.Join(' ', ids)}");
            Assert.Equal(text, tokenizer.Decode(ids, keepSpecial: true));
        }
    }

    private static string Shared()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Operator.sln")))
        {
            at = at.Parent;
        }

        return Path.GetFullPath(Path.Combine(at?.FullName ?? ".", "..", "shared", "models"));
    }
}
