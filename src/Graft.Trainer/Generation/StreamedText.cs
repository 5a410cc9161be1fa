namespace Graft.Trainer.Generation;

/// <summary>
/// Cuts a growing text into pieces that need not be taken back: whole characters only, and nothing that may turn out to be a stop string,
/// before which the text ends.
/// </summary>
/// <param name="stop">The stop strings.</param>
public sealed class StreamedText(IReadOnlyList<string> stop)
{
    private string _text = "";
    private int _given;

    /// <summary>What can be given now.</summary>
    /// <param name="text">The whole text so far.</param>
    public string Next(string text)
    {
        _text = Ended(text);
        // A character of several tokens shows as U+FFFD until it is whole.
        return _text.EndsWith('\uFFFD') ? "" : Give(_text.Length - HeldBack(_text));
    }

    /// <summary>What is left when no more comes.</summary>
    public string Rest() => Give(_text.Length);

    private string Give(int until)
    {
        var piece = until > _given ? _text[_given..until] : "";
        _given = Math.Max(_given, until);
        return piece;
    }

    private string Ended(string text)
    {
        var ends = stop.Select(word => text.IndexOf(word, StringComparison.Ordinal)).Where(place => place >= 0);
        return text[..ends.DefaultIfEmpty(text.Length).Min()];
    }

    /// <summary>The characters at the end that a stop string may begin with.</summary>
    private int HeldBack(string text) => stop
        .SelectMany(word => Enumerable.Range(1, word.Length - 1).Where(length => text.EndsWith(word[..length], StringComparison.Ordinal)))
        .DefaultIfEmpty(0)
        .Max();
}
