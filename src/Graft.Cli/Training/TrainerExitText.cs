using Graft.Api.Reporting;

namespace Graft.Cli.Training;

/// <summary>Says in words how a trainer failed, where it could not say so itself.</summary>
public static class TrainerExitText
{
    private const int FirstSignal = 128;

    /// <summary>What the exit status means, in a sentence.</summary>
    public static string Describe(int exitCode)
    {
        return ExitMeaning.Of(exitCode)?.Meaning ?? exitCode switch
        {
            FirstSignal + 6 => "The trainer was ended by libtorch (SIGABRT), usually because memory ran out or tensors' shapes do not fit.",
            FirstSignal + 9 =>
                "The trainer was killed (SIGKILL), probably because the system ran out of memory. Try a smaller batchSize or maxLength.",
            FirstSignal + 11 => "The trainer crashed (SIGSEGV).",
            > FirstSignal => $"The trainer was ended by signal {exitCode - FirstSignal}.",
            _ => $"The trainer failed with exit status {exitCode}.",
        };
    }
}
