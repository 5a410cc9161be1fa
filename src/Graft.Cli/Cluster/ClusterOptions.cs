using System.CommandLine;
using Graft.Cli.Display;

namespace Graft.Cli.Cluster;

/// <summary>The options that say which cluster and namespace are meant, named as kubectl names them.</summary>
public sealed class ClusterOptions
{
    private readonly Option<string?> _namespace = new("--namespace", "-n")
    {
        Description = "The namespace; the kubeconfig's without it.",
        HelpName = "NAMESPACE",
    };

    private readonly Option<FileInfo?> _kubeconfig = new("--kubeconfig")
    {
        Description = "The kubeconfig; $KUBECONFIG or ~/.kube/config without it.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _context = new("--context")
    {
        Description = "The kubeconfig's context; the current one without it.",
        HelpName = "NAME",
    };

    public void AddTo(Command command)
    {
        command.Add(_namespace);
        command.Add(_kubeconfig);
        command.Add(_context);
    }

    /// <summary>Connects to the cluster that the command line means.</summary>
    public ClusterRuns Connect(ParseResult parsed, Terminal terminal)
    {
        return ClusterRuns.Connect(parsed.GetValue(_kubeconfig), parsed.GetValue(_context), parsed.GetValue(_namespace), terminal);
    }
}
