using Graft.Api.Tests.Documents;
using Graft.Tests;

namespace Graft.Cli.Tests.Docs;

/// <summary>
/// The documented commands that need no cluster, and the one table of what stands for what in them. A command is carried out unless it
/// is named here with the reason why not; those of a cluster are carried out by Graft.Cluster.Tests, by the same rule.
/// </summary>
internal static class DocumentedCommands
{
    /// <summary>The registry of the documentation.</summary>
    public const string Registry = "registry.example";

    /// <summary>What a reader puts for the words in capitals.</summary>
    public static readonly IReadOnlyDictionary<string, string> Placeholders = new Dictionary<string, string>
    {
        ["FILE…"] = "examples/quickstart/",
        ["FOLDER"] = "examples/builtin/tiny-wordnet",
        ["[FOLDER]"] = "graft-out",
        ["COMMAND"] = "run",
        ["RUN"] = "graft-out/quickstart",
        ["graft-out/NAME"] = "graft-out/quickstart",
        ["TEXT"] = "'What kind of thing is this?'",
        ["REPOSITORY"] = "registry.example/adapters",
        ["NAME|REFERENCE"] = "oci:graft-out/oci/quickstart:v1",
        ["NAME|FOLDER"] = "graft-out/quickstart",
        ["[KIND[.FIELD…]|REASON]"] = "atr.method",
        ["REASON"] = "OutOfMemory",
        ["atr.spec.method.NAME"] = "atr.spec.method.lora",
        ["DIR"] = "examples/builtin/tiny-wordnet",
    };

    /// <summary>With what commands end whose documentation says that they find something wrong; all others end with 0.</summary>
    public static readonly IReadOnlyDictionary<string, int> ExitCodes = new Dictionary<string, int>
    {
        ["graft validate run.yaml"] = Cli.ExitCodes.Failed,
    };

    /// <summary>Why a command is not carried out here.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotHere = new Dictionary<string, string>
    {
        ["graft validate"] = Name,
        ["graft run"] = Name,
        ["graft sync"] = Name,
        ["graft generate"] = Name,
        ["graft push"] = Name,
        ["graft explain"] = Name,
        ["make demo"] = "the trainer's build and the quickstart in full: minutes; the cluster's tests train the quickstart in full",
        ["make build"] = "it is what built the tests",
        ["make test"] = "it is what runs the tests",
        ["make verify"] = "it is the first part of `make test`",
        ["make generate"] = "GeneratedFilesTests compares what it writes",
        ["make image"] = "a part of `make push-images`, which the cluster's tests carry out",
        ["make bench-operator RUNS=10000"] = "a measurement that takes minutes",
        ["MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri graft-out/mlruns"] =
            "a server that does not end; Graft.Tracking.Tests opens such a folder with MLflow",
        ["mlflow migrate-filestore --source graft-out/mlruns --target sqlite:///mlflow.db"] = "MLflow's own, and in no release before 3.13",
        ["sha256sum -c"] = Name,
        ["docker login"] = Name,
        ["podman login"] = Name,
        ["oras login"] = Name,
        ["convert in.jpg -resize 224x224! out.ppm"] = "ImageMagick's, for a picture of the reader's",
        ["export PATH=\"$PWD/bin:$PATH\""] = "the cluster's tests carry it out with the line below it",
    };

    private const string Name = "the name of a command, not a line of its own";

    /// <summary>All that the documentation prints and that is not for a cluster.</summary>
    public static IEnumerable<string> All => Markdown.Commands(Repository.Root).Where(command => !Markdown.IsForCluster(command));

    /// <summary>What is carried out: runs first, for others look at what they leave.</summary>
    public static IEnumerable<string> CarriedOut => All.Where(command => !NotHere.ContainsKey(command));

    /// <summary>The command with what a reader puts for the words in capitals.</summary>
    public static string Filled(string command)
    {
        return string.Join(' ', command.Split(' ').Select(word => Placeholders.GetValueOrDefault(word, word)));
    }
}
