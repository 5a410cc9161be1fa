using Graft.Api.Reporting;
using Graft.Artifacts;
using Graft.Artifacts.Registry;
using Graft.Programs;

namespace Graft.Cli.Display;

/// <summary>Shows on an activity's line what is sent to a registry and fetched from it.</summary>
public static class TransferLine
{
    /// <summary>Lets a line show the transfers, and what is waited for.</summary>
    /// <param name="options">How to speak to the registry.</param>
    /// <param name="line">The line.</param>
    /// <param name="what">What is sent or fetched.</param>
    public static RegistryOptions ShownBy(this RegistryOptions options, ActivityLine line, string what)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            Waiting = sentence => line.Tell($"graft: {sentence}"),
            Transferred = progress => line.Report(new ActivityProgress
            {
                What = progress.Step == TransferStep.Packing ? "Packing" : what,
                Done = progress.Done,
                Total = progress.Total,
                IsBytes = true,
            }),
        };
    }
}
