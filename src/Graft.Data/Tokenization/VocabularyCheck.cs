namespace Graft.Data.Tokenization;

/// <summary>Refuses vocabularies in which a token has no id of its own.</summary>
/// <param name="path">The file, for messages.</param>
internal sealed class VocabularyCheck(string path)
{
    /// <summary>More tokens than any model has rows for.</summary>
    private const int LargestId = 1 << 24;

    /// <exception cref="TokenizerException">An id is missing, out of range or given twice.</exception>
    public void Check(IReadOnlyDictionary<string, int> vocabulary, IEnumerable<AddedToken> added)
    {
        if (vocabulary.Count == 0)
        {
            throw new TokenizerException($"{path}: the vocabulary is empty");
        }

        var byId = new Dictionary<int, string>(vocabulary.Count);
        foreach (var (token, id) in vocabulary)
        {
            Take(byId, token, id);
        }

        foreach (var token in added)
        {
            if (vocabulary.TryGetValue(token.Content, out var known) && known != token.Id)
            {
                throw new TokenizerException($"{path}: the added token '{token.Content}' has the id {token.Id}, and the vocabulary gives it {known}");
            }

            Take(byId, token.Content, token.Id);
        }
    }

    private void Take(Dictionary<int, string> byId, string token, int id)
    {
        if (id is < 0 or > LargestId)
        {
            throw new TokenizerException($"{path}: the token '{token}' has the id {id}; ids are from 0 to {LargestId}");
        }

        if (!byId.TryAdd(id, token) && byId[id] != token)
        {
            throw new TokenizerException($"{path}: the tokens '{byId[id]}' and '{token}' have the same id, {id}");
        }
    }
}
