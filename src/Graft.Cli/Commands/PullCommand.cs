using System.CommandLine;
using Graft.Api.Reporting;
using Graft.Artifacts;
using Graft.Artifacts.Oci;
using Graft.Cli.Cluster;
using Graft.Cli.Display;
using Graft.Programs;

namespace Graft.Cli.Commands;

/// <summary><c>graft pull NAME|REFERENCE</c>: an artifact's files, checked against its digest.</summary>
public static class PullCommand
{
    public static Command Create(Terminal terminal)
    {
        var what = new Argument<string>("WHAT")
        {
            Description = "A run in the cluster (NAME or KIND/NAME), a reference (registry.example/adapters/name:v3), "
                + "or a layout folder (oci:graft-out/oci/name:v3).",
        };
        var output = OutputFolder.Option("The folder to unpack into, new or empty; the artifact's name without it.");

        var registry = new Option<string?>("--registry")
        {
            Description = "The registry's host for you, where the cluster knows it by another one.",
            HelpName = "HOST",
        };

        var speaking = new RegistryOptionSet();
        var cluster = new ClusterOptions();
        var command = new ExampleCommand(
            "pull",
            "Fetch an artifact: that of a run in the cluster, or anything that a reference names.",
            "graft pull quickstart -d adapter",
            "graft pull registry.example/adapters/quickstart:v1",
            "graft pull oci:graft-out/oci/quickstart:v1 -d adapter")
        {
            what, output, registry,
        };
        speaking.AddTo(command);
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var asked = parsed.GetRequiredValue(what);
            var named = IsReference(asked)
                ? asked
                : await ReferenceOfRunAsync(cluster.Connect(parsed, terminal), asked, cancellationToken).ConfigureAwait(false);
            var reference = OciReference.Parse(named);
            reference = parsed.GetValue(registry) is { } host ? reference with { Registry = host } : reference;
            var folder = parsed.GetValue(output) ?? Path.GetFileName(reference.Repository);
            var digest = await PullAsync().ConfigureAwait(false);
            terminal.WriteLine($"{folder}  {digest}");
            return ExitCodes.Succeeded;

            async Task<string> PullAsync()
            {
                var activity = $"Pulling {Path.GetFileName(reference.Repository)}";
                using var line = terminal.Begin(new ActivityProgress { What = activity }, TimeProvider.System);
                var options = speaking.Of(parsed, reference.ToString(), line, activity);
                return await ArtifactStore.PullAsync(reference.ToString(), folder, options, cancellationToken).ConfigureAwait(false);
            }
        });
        return command;
    }

    /// <summary>A run's name has neither a slash, but after its kind, nor a colon; a reference has one.</summary>
    private static bool IsReference(string text)
    {
        return !ClusterRuns.IsKindAndName(text)
            && (text.Contains('/', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal));
    }

    private static async Task<string> ReferenceOfRunAsync(ClusterRuns runs, string name, CancellationToken cancellationToken)
    {
        using (runs)
        {
            var run = await runs.GetAsync(name, cancellationToken).ConfigureAwait(false);
            return run.Status?.Artifact is { Reference: { } reference, Digest: { } digest }
                ? (OciReference.Parse(reference) with { Digest = digest }).ToString()
                : throw new CliException($"The run has published nothing yet. {RunStory.Describe(run)}");
        }
    }
}
