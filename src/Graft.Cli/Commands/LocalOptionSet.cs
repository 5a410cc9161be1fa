using System.CommandLine;
using System.Globalization;
using Graft.Cli.Display;
using Graft.Cli.Local;

namespace Graft.Cli.Commands;

/// <summary>The options of the commands that make plans for this computer.</summary>
public sealed class LocalOptionSet
{
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Where runs, their artifacts and mlruns are kept.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "graft-out",
    };

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

    private readonly Option<string> _device = new("--device")
    {
        Description = "auto takes a CUDA GPU where there is one.",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<int?> _threads = new("--threads")
    {
        Description = "Threads of the CPU; all cores without it, and never more.",
        HelpName = "N",
    };

    public LocalOptionSet()
    {
        _device.AcceptOnlyFromAmong("auto", "cpu", "cuda");
        _threads.Validators.Add(result =>
        {
            if (result.Tokens is [var given] && int.TryParse(given.Value, CultureInfo.InvariantCulture, out var threads) && threads < 1)
            {
                result.AddError($"--threads is {given.Value}; it must be 1 or more. Without it all cores compute.");
            }
        });
    }

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
        var output = parsed.GetRequiredValue(_output);
        var builtins = BuiltinFolders.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable(BuiltinFolders.Variable));
        var digests = FolderDigestCache.OfUser();
        var registry = new OciInputs(
            Path.Combine(output, "inputs"), digests, sentence => terminal.WriteErrorLine($"graft: {sentence}"));
        return new LocalPlanner(
            new InputFolders(builtins, Volumes(parsed), registry),
            digests,
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
            volumes[parts[0]] = parts is [{ Length: > 0 }, { Length: > 0 } folder]
                ? folder
                : throw new CliException($"--volume {volume} is not of the form CLAIM=DIR.");
        }

        return volumes;
    }
}
