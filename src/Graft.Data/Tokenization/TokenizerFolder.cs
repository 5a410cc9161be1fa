namespace Graft.Data.Tokenization;

/// <summary>Loads the tokenizer of a model folder in the Hugging Face layout.</summary>
public static class TokenizerFolder
{
    /// <summary>Reads tokenizer.json, or a SentencePiece tokenizer.model, and the special tokens named beside it.</summary>
    /// <exception cref="TokenizerException">There is no tokenizer, it cannot be read, or it uses a part that is not supported.</exception>
    public static TextTokenizer Load(string folder)
    {
        string json = Path.Combine(folder, "tokenizer.json"), sentencePiece = Path.Combine(folder, "tokenizer.model");
        var file = Exists(json) ? json : Exists(sentencePiece) ? sentencePiece : throw new TokenizerException(
            $"{folder}: has neither tokenizer.json nor tokenizer.model; put the tokenizer's files beside the model's");
        try
        {
            return file == json ? LoadJson(folder, json) : LoadSentencePiece(folder, sentencePiece);
        }
        catch (TokenizerException error) when (!error.Message.StartsWith(folder, StringComparison.Ordinal))
        {
            throw new TokenizerException($"{file}: {error.Message}", error);
        }
    }

    private static TextTokenizer LoadJson(string folder, string path)
    {
        var (kind, parts) = new TokenizerJson(path).Read();
        return new TextTokenizer(kind, parts, idOf => new SpecialTokensReader(folder, idOf).Read()) { Source = folder };
    }

    private static TextTokenizer LoadSentencePiece(string folder, string path)
    {
        var config = new SpecialTokensReader(folder, _ => null);
        var parts = new SentencePieceFile(path).Read(config.Switch("add_bos_token") ?? true, config.Switch("add_eos_token") ?? false);
        return new TextTokenizer("sentencePieceBpe", parts, idOf => new SpecialTokensReader(folder, idOf).Read()) { Source = folder };
    }

    /// <summary>A folder of that name is there, too: to be told apart from nothing.</summary>
    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
