namespace Graft.Tracking;

/// <summary>The sentences about what could not be recorded: each is passed on once, and kept for the outcome.</summary>
internal sealed class Problems(Action<string>? notice)
{
    // A fault that comes with every entry must not fill memory or the log.
    private const int Limit = 50;

    private readonly Lock _gate = new();
    private readonly List<string> _sentences = [];

    public IReadOnlyList<string> Sentences
    {
        get
        {
            lock (_gate)
            {
                return [.. _sentences];
            }
        }
    }

    /// <summary>Keeps the sentence for the outcome and tells it.</summary>
    public void Add(string sentence)
    {
        lock (_gate)
        {
            if (_sentences.Count >= Limit || _sentences.Contains(sentence))
            {
                return;
            }

            _sentences.Add(sentence);
        }

        Tell(sentence);
    }

    /// <summary>Tells the sentence only: a state that may pass, such as an outage.</summary>
    public void Tell(string sentence)
    {
        try
        {
            notice?.Invoke(sentence);
        }
        catch (Exception)
        {
            // The listener's own fault must not end the training or the delivery.
        }
    }
}
