namespace Graft.Data.Tokenization;

/// <summary>The part of a tokenizer that cuts one pre-tokenized piece of text into vocabulary entries.</summary>
public interface ITokenModel
{
    /// <summary>One more than the largest id.</summary>
    int IdLimit { get; }

    /// <summary>The id of a vocabulary entry, or null.</summary>
    int? IdOf(string token);

    /// <summary>Appends the ids of <paramref name="piece"/>.</summary>
    void Encode(string piece, List<int> ids);

    /// <summary>Appends the UTF-8 bytes that a token stands for.</summary>
    void Decode(int id, List<byte> bytes);
}
