namespace Graft.Data.Tokenization;

/// <summary>Loads the tokenizer of a model folder in the Hugging Face layout.</summary>
public static class TokenizerFolder
{
    /// <summary>Reads tokenizer.json, or a SentencePiece tokenizer.model, and the special tokens named beside it.</summary>
    /// <exception cref="TokenizerException">There is no tokenizer, it cannot be read, or it uses a part that is not supported.</exception>
    public static TextTokenizer Load(string folder)
    {
        string json = Path.Combine(folder, "tokenizer.json"), sentencePiece = Path.Combine(folder, "tokenizer.model");
        if (File.Exists(json))
        {
            var (kind, parts) = new TokenizerJson(json).Read();
            return new TextTokenizer(kind, parts, idOf => new SpecialTokensReader(folder, idOf).Read());
        }

        if (File.Exists(sentencePiece))
        {
            var config = new SpecialTokensReader(folder, _ => null);
            var parts = new SentencePieceFile(sentencePiece).Read(
                config.Switch("add_bos_token") ?? true,
                config.Switch("add_eos_token") ?? false);
            return new TextTokenizer("sentencePieceBpe", parts, idOf => new SpecialTokensReader(folder, idOf).Read());
        }

        throw new TokenizerException(
            $"{folder}: has neither tokenizer.json nor tokenizer.model; put the tokenizer's files beside the model's");
    }
}
