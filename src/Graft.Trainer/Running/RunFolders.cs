using Graft.Api.Planning;
using Graft.Common;

namespace Graft.Trainer.Running;

/// <summary>
/// The folders that a run writes, held by this process: another trainer of the same plan, as a repeated command or a second pod would start
/// it, would write the same files and delete what this one is writing.
/// </summary>
internal sealed class RunFolders : IDisposable
{
    /// <summary>A trainer that was told to stop saves a checkpoint and ends within this time, or it does not end at all.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<FolderLock> _locks = [];

    private RunFolders()
    {
    }

    /// <summary>Takes the folders, as soon as an earlier trainer has ended.</summary>
    /// <param name="execution">What names them.</param>
    /// <param name="tell">Told of what a person should know.</param>
    /// <param name="time">Measures the wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="FolderInUseException">Another process keeps one of them.</exception>
    public static async Task<RunFolders> TakeAsync(
        Execution execution, Action<string> tell, TimeProvider time, CancellationToken cancellationToken)
    {
        // Always in this order: two trainers that wait for each other would wait for ever.
        string[] folders = execution.Published is null
            ? [execution.OutputDirectory, execution.CheckpointDirectory]
            : [execution.OutputDirectory];
        var held = new RunFolders();
        try
        {
            // Who is to stop already does not begin.
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var folder in folders.Select(Path.GetFullPath).Distinct())
            {
                var taken = await FolderLock.WaitAsync(
                    folder,
                    time,
                    Patience,
                    error => tell($"Waiting up to {Patience.TotalSeconds:0} s for the trainer that is still writing: {error.Message}"),
                    cancellationToken).ConfigureAwait(false);
                held._locks.Add(taken);
                if (taken.Warning is { } warning)
                {
                    tell(warning);
                }
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose() => _locks.ForEach(taken => taken.Dispose());
}
