namespace Graft.Artifacts;

/// <summary>What is done with an artifact's bytes.</summary>
public enum TransferStep
{
    /// <summary>Files are packed into a layer; how many bytes they have.</summary>
    Packing,

    /// <summary>Blobs go to where they are published.</summary>
    Sending,

    /// <summary>Blobs come from where they are published.</summary>
    Fetching,
}

/// <summary>How far a transfer is.</summary>
/// <param name="Step">What is done.</param>
/// <param name="Done">
/// The bytes that are through. What breaks is counted again from where it goes on: after a failure there may be fewer than before.
/// </param>
/// <param name="Total">The bytes in all, those that are there already among them.</param>
public readonly record struct TransferProgress(TransferStep Step, long Done, long Total);

/// <summary>Adds up the bytes of one blob after another.</summary>
/// <param name="told">Is told of each change.</param>
/// <param name="step">What is done with them.</param>
/// <param name="total">The bytes of all blobs.</param>
internal sealed class TransferMeter(Action<TransferProgress>? told, TransferStep step, long total)
{
    private long _finished;
    private long _last = -1;

    /// <summary>Takes in how many bytes of the present blob are through.</summary>
    public void Report(long done)
    {
        var all = Math.Min(total, _finished + done);
        if (all != _last)
        {
            _last = all;
            told?.Invoke(new TransferProgress(step, all, total));
        }
    }

    /// <summary>The present blob is through, or was there already.</summary>
    public void Finish(long size)
    {
        _finished += size;
        Report(0);
    }

    /// <summary>A stream that counts what is read of the present blob.</summary>
    public Stream Count(Stream content)
    {
        var read = 0L;
        return new MeteredStream(content, count => Report(read += count));
    }
}
