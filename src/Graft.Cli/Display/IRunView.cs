namespace Graft.Cli.Display;

/// <summary>Shows a run while it goes.</summary>
public interface IRunView : IAsyncDisposable
{
    /// <summary>The state has changed; called after each event, from one thread at a time.</summary>
    void Update(RunProgressState state);

    /// <summary>Shows a sentence at once; may be called from any thread.</summary>
    void Tell(string sentence);
}
