namespace Graft.Cli.Display;

/// <summary>Nothing is waited for in silence.</summary>
public static class Patience
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(4);

    /// <summary>Awaits work that may never end, and says what is waited for once it takes longer than a person likes.</summary>
    /// <param name="work">What is waited for. It cannot be ended, only left alone.</param>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="what">A sentence on what is waited for.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<T> AwaitAsync<T>(Task<T> work, Terminal terminal, string what, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        try
        {
            return await work.WaitAsync(Silence, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            terminal.WriteErrorLine($"graft: {what}");
            return await work.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
