using Graft.Api.Planning;

namespace Graft.Cli.Training;

/// <summary>Says in words how a trainer failed, where it could not say so itself.</summary>
public static class TrainerFailure
{
    private const int FirstSignal = 128;

    /// <summary>What the exit status means, in a sentence.</summary>
    public static string Describe(int exitCode)
    {
        return exitCode switch
        {
            TrainerExitCodes.BadPlan => "The trainer cannot read the run plan; are graft and graft-trainer of one release?",
            TrainerExitCodes.BadData => "The data cannot be read.",
            TrainerExitCodes.ModelNotLoadable => "The model cannot be loaded, or the method does not fit it.",
            TrainerExitCodes.Diverged => "The loss became NaN or infinite. Try a smaller learning rate or a longer warm-up.",
            TrainerExitCodes.PublishFailed or TrainerExitCodes.TrainedNotPublished =>
                "The adapter could not be published. The same command tries again, and trains nothing that is trained already.",
            FirstSignal + 6 => "The trainer was ended by libtorch (SIGABRT), usually because memory ran out or tensors' shapes do not fit.",
            FirstSignal + 9 =>
                "The trainer was killed (SIGKILL), probably because the system ran out of memory. Try a smaller batchSize or maxLength.",
            FirstSignal + 11 => "The trainer crashed (SIGSEGV).",
            > FirstSignal => $"The trainer was ended by signal {exitCode - FirstSignal}.",
            _ => $"The trainer failed with exit status {exitCode}.",
        };
    }
}
