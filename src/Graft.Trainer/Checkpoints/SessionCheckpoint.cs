using Graft.Trainer.Training;
using static TorchSharp.torch;

namespace Graft.Trainer.Checkpoints;

/// <summary>A session's tensors by name, and a session from them.</summary>
internal static class SessionCheckpoint
{
    private const string OptimizerPrefix = "optimizer.";

    /// <summary>Everything of the session that is a tensor.</summary>
    public static IReadOnlyCollection<KeyValuePair<string, Tensor>> Tensors(TrainingSession session) =>
    [
        .. session.Parts.State,
        .. session.Optimizer.Moments.Select(p => KeyValuePair.Create(OptimizerPrefix + p.Key, p.Value)),
    ];

    /// <summary>Brings a new session to where the checkpoint was.</summary>
    public static void Restore(TrainingSession session, LoadedCheckpoint checkpoint)
    {
        var moments = Below(OptimizerPrefix, checkpoint);
        session.Parts.Restore(
            checkpoint.Tensors.Where(p => !p.Key.StartsWith(OptimizerPrefix, StringComparison.Ordinal)).ToDictionary(), "the checkpoint");
        session.Optimizer.Restore(checkpoint.Record.OptimizerUpdates, moments);
        if (session.LossScale is { } scale && checkpoint.Record.LossScale is { } state)
        {
            scale.State = state;
        }

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
