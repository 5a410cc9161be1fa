using Graft.Api.Tests.Documents;

namespace Graft.Cluster.Tests;

/// <summary>
/// The documented commands for a cluster: what carries each of them out, or why nothing here does. One that the documentation prints
/// and that is in none of these lists fails <see cref="DocumentedCommandTests"/>. Those that need no cluster are Graft.Cli.Tests'.
/// </summary>
internal static class DocumentedCommands
{
    public const string PushImages = "make push-images REGISTRY=registry.example/graft";
    public const string Upgrade = "helm upgrade graft charts/graft --namespace graft-system --reuse-values --wait";
    public const string Uninstall = "helm uninstall graft --namespace graft-system";
    public const string DeleteDefinitions =
        "kubectl delete crd adaptertrainingruns.graft.dev adaptersweeps.graft.dev basemodels.graft.dev projectionpretrains.graft.dev "
        + "trainingdatasets.graft.dev";

    /// <summary>For a registry without TLS, as that of the tests is; the documentation says so below each installation.</summary>
    public const string WithoutTls = " --set artifacts.plainHttp=true";

    /// <summary>Stands for the Job of the run.</summary>
    public const string JobOfRun = "$(kubectl get jobs --selector=graft.dev/role=train -o name | cut -d / -f 2)";

    private const string NoEngine = "kind and minikube need a container engine or a virtual machine";
    private const string AsTheOperator = "as the operator's, with an image four times as large; `make push-images` pushes both";
    private const string Name = "the name of a command, not a line of its own";

    /// <summary>README's section "On a cluster": how the tests' cluster gets Graft, and how the quickstart is followed on it.</summary>
    public static readonly IReadOnlyList<string> Readme =
    [
        .. Markdown.Blocks(Shell.Repository, "")
            .Where(block => block.File == "README.md" && block.Commands.Any(Markdown.IsForCluster))
            .SelectMany(block => block.Commands),
    ];

    /// <summary>What is tried on the finished quickstart, and what the word in capitals stands for.</summary>
    public static readonly IReadOnlyList<(string Command, string Name)> OnFinishedRun =
    [
        ("kubectl apply -f examples/quickstart/", ""),
        ("kubectl get atr", ""),
        ("kubectl describe atr quickstart", ""),
        ("kubectl describe atr NAME", "quickstart"),
        ("kubectl describe bm NAME", "tiny-wordnet"),
        ("kubectl describe tds NAME", "wordnet-kinds"),
        ("kubectl describe job NAME", JobOfRun),
        ("kubectl patch job NAME -p '{\"spec\":{\"suspend\":false}}'", JobOfRun),
        ("kubectl wait bm/NAME --for=condition=Ready", "tiny-wordnet"),
        ("kubectl get graft -A -o yaml", ""),
        ("kubectl explain KIND.spec --recursive", "atr"),
        ("kubectl graft logs -f quickstart", ""),
        ("graft logs NAME", "quickstart"),
        ("kubectl graft plot quickstart", ""),
        ("kubectl graft pull quickstart -d adapter", ""),
        ("kubectl -n graft-system describe pods", ""),
        ("kubectl -n graft-system logs deployment/graft", ""),
    ];

    /// <summary>What gets images to nodes besides `make push-images`.</summary>
    public static readonly IReadOnlyList<string> Images =
    [
        "graft image push artifacts/images/operator.tar registry.example/graft/operator:0.1.0",
        "graft image push ARCHIVE REFERENCE",
        "ctr -n k8s.io images import artifacts/images/operator.tar",
    ];

    /// <summary>The new authority of the report port.</summary>
    public static readonly IReadOnlyList<string> NewAuthority =
    [
        "kubectl -n graft-system patch secret graft-report-ca --type=json -p '[{\"op\": \"remove\", \"path\": \"/data\"}]'",
        "kubectl -n graft-system rollout restart deployment/graft",
    ];

    /// <summary>What <see cref="WaitingTests"/> waits for runs with.</summary>
    public static readonly IReadOnlyList<string> Waiting =
    [
        "kubectl wait atr/quickstart --for=condition=Reconciling=false --timeout=2h",
        "kubectl wait atr/quickstart --for=condition=Succeeded --timeout=0",
        "kubectl get atr/quickstart -o jsonpath='{.status.conditions[?(@.type==\"Succeeded\")].message}'",
    ];

    /// <summary>Why a command is carried out elsewhere or not at all.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotHere = new Dictionary<string, string>
    {
        ["kubectl get atr -w"] = "does not end; ResourceWatch sees what it sees",
        ["kubectl apply -f crds/"] = "ChartInstallTests carries it out",
        ["kubectl delete job NAME"] = "Graft.Operator.Tests deletes Jobs of runs that were edited and of runs that could not publish",
        ["kubectl describe workloads.kueue.x-k8s.io"] = "there is no Kueue in the tests' cluster",
        ["kind load image-archive artifacts/images/operator.tar"] = NoEngine,
        ["kind load image-archive artifacts/images/trainer.tar"] = NoEngine,
        ["minikube image load artifacts/images/operator.tar"] = NoEngine,
        ["minikube image load artifacts/images/trainer.tar"] = NoEngine,
        ["graft image push artifacts/images/trainer.tar registry.example/graft/trainer:0.1.0"] = AsTheOperator,
        ["ctr -n k8s.io images import artifacts/images/trainer.tar"] = AsTheOperator,
        ["kubectl graft …"] = Name,
        ["kubectl graft"] = Name,
        ["kubectl graft logs"] = Name,
        ["kubectl get"] = Name,
        ["kubectl describe"] = Name,
        ["kubectl explain"] = Name,
        ["kubectl apply"] = Name,
        ["kubectl apply -f"] = Name,
        ["kubectl delete job"] = Name,
        ["helm upgrade"] = Name,
    };

    /// <summary>README's installation.</summary>
    public static string FirstInstall { get; } =
        Readme.Single(command => command.StartsWith("helm install ", StringComparison.Ordinal));

    /// <summary>The installation of docs/operations.md.</summary>
    public static string Install { get; } = All.Single(command => command.StartsWith("helm install ", StringComparison.Ordinal)
        && command.Contains("tracking.uri", StringComparison.Ordinal));

    /// <summary>All that the documentation prints for a cluster.</summary>
    public static IReadOnlyList<string> All => [.. Markdown.Commands(Shell.Repository).Where(Markdown.IsForCluster)];

    /// <summary>All that is carried out.</summary>
    public static IEnumerable<string> CarriedOut =>
    [
        .. Readme.Where(Markdown.IsForCluster), .. OnFinishedRun.Select(step => step.Command), .. Images, .. NewAuthority, .. Waiting,
        PushImages, Install, Upgrade, Uninstall, DeleteDefinitions,
    ];

    /// <summary>The command with the tests' registry, and with what a reader puts for the words in capitals.</summary>
    public static string Filled(string command, string name)
    {
        return command
            .Replace("ARCHIVE", "artifacts/images/operator.tar", StringComparison.Ordinal)
            .Replace("REFERENCE", "registry.example/graft/operator:another", StringComparison.Ordinal)
            .Replace("registry.example", GraftCluster.Registry, StringComparison.Ordinal)
            .Replace("KIND", name, StringComparison.Ordinal)
            .Replace("NAME", name, StringComparison.Ordinal);
    }
}
