using System.CommandLine;
using Graft.Cli.Display;
using Graft.Cli.Local;

namespace Graft.Cli.Commands;

/// <summary>The options of the commands that make plans for this computer.</summary>
public sealed class LocalOptionSet
{
    private readonly Option<string?> _output = OutputFolder.Option("Where runs, their artifacts and mlruns are kept; graft-out without it.");

    private readonly Option<string[]> _only = new("--only")
    {
        Description = "Only the runs of these names.",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string[]> _volumes = new("--volume")
    {
        Description = "The folder that stands for a PersistentVolumeClaim.",
        HelpName = "CLAIM=DIR",
    };

    private readonly Option<string?> _repository = new("--repository")
    {
        Description = "Publish to REPOSITORY/NAME in a registry in place of a folder.",
        HelpName = "REPOSITORY",
    };

    private readonly Option<string> _device = ChoiceOption.Create(
        "--device", ["auto", "cpu", "cuda"], "auto takes a CUDA GPU where there is one.");

    private readonly Option<int?> _threads = NumberOption.Create<int>(
        "--threads", "N", "Threads of the CPU; all cores without it, and never more.", n => n > 0, "1 or more");

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _output, _only, _volumes, _repository, _device, _threads })
        {
            command.Add(option);
        }
    }

    /// <summary>The names of the runs that are meant; none means all.</summary>
    public IReadOnlyCollection<string> Only(ParseResult parsed)
    {
        return parsed.GetValue(_only) ?? [];
    }

    /// <summary>A planner as the command line wants it.</summary>
    public LocalPlanner Planner(ParseResult parsed, Terminal terminal)
    {
        var output = parsed.GetValue(_output) ?? "graft-out";
        var builtins = BuiltinFolders.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable(BuiltinFolders.Variable));
        var digests = FolderDigestCache.OfUser();
        var registry = new OciInputs(Path.Combine(output, "inputs"), digests);
        return new LocalPlanner(
            new InputFolders(builtins, Volumes(parsed), registry),
            digests,
            part => terminal.Begin(part, TimeProvider.System),
            new LocalOptions
            {
                Output = output,
                Device = parsed.GetRequiredValue(_device),
                Threads = parsed.GetValue(_threads),
                Repository = parsed.GetValue(_repository),
                TrackingUri = Environment.GetEnvironmentVariable("MLFLOW_TRACKING_URI") is { Length: > 0 } uri ? uri : null,
            });
    }

    private Dictionary<string, string> Volumes(ParseResult parsed)
    {
        var volumes = new Dictionary<string, string>();
        foreach (var volume in parsed.GetValue(_volumes) ?? [])
        {
            var parts = volume.Split('=', 2);
            if (parts is not [{ Length: > 0 } claim, { Length: > 0 } folder])
            {
                throw new CliException($"--volume {volume} is not of the form CLAIM=DIR.");
            }

            volumes[claim] = Directory.Exists(folder)
                ? folder
                : throw new CliException($"--volume {volume}: there is no folder '{folder}' that could stand for the claim '{claim}'.");
        }

        return volumes;
    }
}
