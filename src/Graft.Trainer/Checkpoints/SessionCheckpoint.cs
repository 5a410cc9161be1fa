using Graft.Adapters;
using Graft.Trainer.Training;
using static TorchSharp.torch;

namespace Graft.Trainer.Checkpoints;

/// <summary>A session's tensors by name, and a session from them.</summary>
internal static class SessionCheckpoint
{
    private const string AdapterPrefix = "adapter.";
    private const string OptimizerPrefix = "optimizer.";

    /// <summary>Everything of the session that is a tensor.</summary>
    public static IEnumerable<KeyValuePair<string, Tensor>> Tensors(TrainingSession session) =>
    [
        .. session.Adapter.State.Select(p => KeyValuePair.Create(AdapterPrefix + p.Key, p.Value)),
        .. session.Optimizer.Moments.Select(p => KeyValuePair.Create(OptimizerPrefix + p.Key, p.Value)),
    ];

    /// <summary>Brings a new session to where the checkpoint was.</summary>
    public static void Restore(TrainingSession session, LoadedCheckpoint checkpoint)
    {
        session.Adapter.Restore(Below(AdapterPrefix, checkpoint), "the checkpoint");
        session.Optimizer.Restore(checkpoint.Record.OptimizerUpdates, Below(OptimizerPrefix, checkpoint));
        session.Resume(checkpoint.Record.Step, checkpoint.Record.TokensSeen, checkpoint.Record.LastLoss);
        foreach (var tensor in checkpoint.Tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static Dictionary<string, Tensor> Below(string prefix, LoadedCheckpoint checkpoint) => checkpoint.Tensors
        .Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(p => p.Key[prefix.Length..], p => p.Value, StringComparer.Ordinal);
}
