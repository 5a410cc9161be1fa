namespace Graft.Cluster.Tests;

/// <summary>
/// A shell as the documentation takes it for granted: in the checkout, with <c>bin</c> and helm on the path and a cluster whose
/// current namespace is the reader's. What is printed runs in it as it is but for the words of <see cref="DocumentedCommands"/>.
/// </summary>
public sealed class ReaderShell : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Func<ShellCommand, CancellationToken, Task<ShellResult>> _execute;
    private readonly string _path;
    private readonly string _namespace;

    private ReaderShell(Func<ShellCommand, CancellationToken, Task<ShellResult>> execute, string ns, Func<string, string> path)
    {
        (_execute, _namespace) = (execute, ns);
        foreach (var entry in Directory.GetFileSystemEntries(Shell.Repository))
        {
            if (Path.GetFileName(entry) is var name and not ("bin" or ".git"))
            {
                File.CreateSymbolicLink(Path.Combine(_folder.Path, name), entry);
            }
        }

        // As `make build` links them.
        var bin = Directory.CreateDirectory(Path.Combine(_folder.Path, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(bin, "graft"), Programs.Built("Graft.Cli", "graft"));
        File.CreateSymbolicLink(Path.Combine(bin, "kubectl-graft"), "graft");
        _path = path(bin);
    }

    /// <summary>Opens one.</summary>
    /// <param name="execute">Runs a program where the API server is reached.</param>
    /// <param name="ns">The current namespace.</param>
    /// <param name="hasBinOnPath">Whether <c>bin</c> is on the path already, as all pages but README take for granted.</param>
    public static async Task<ReaderShell> OpenAsync(
        Func<ShellCommand, CancellationToken, Task<ShellResult>> execute, string ns, bool hasBinOnPath = true)
    {
        var helm = Path.GetDirectoryName(await Helm.PathAsync())!;
        return new ReaderShell(execute, ns, shell => hasBinOnPath ? $"{shell}:{helm}" : helm);
    }

    /// <summary>Runs a command as it is printed.</summary>
    /// <param name="command">The command, with the words that the documentation has in it.</param>
    /// <param name="name">What stands for NAME in it.</param>
    /// <param name="more">What the documentation has the reader add.</param>
    public Task<ShellResult> RunAsync(string command, string name = "", string more = "")
    {
        const string Script =
            """
            set -e
            PATH="$READER_PATH:$PATH"
            cp "$KUBECONFIG" kubeconfig
            export KUBECONFIG="$PWD/kubeconfig"
            kubectl config set-context --current --namespace "$READER_NAMESPACE" >/dev/null
            eval "$READER_COMMAND"
            """;
        return _execute(
            new ShellCommand("bash", "-c", Script)
            {
                Folder = _folder.Path,
                Environment = new Dictionary<string, string>
                {
                    ["READER_PATH"] = _path,
                    ["READER_NAMESPACE"] = _namespace,
                    ["READER_COMMAND"] = DocumentedCommands.Filled(command, name) + more,
                },
            },
            CancellationToken.None);
    }

    public void Dispose()
    {
        _folder.Dispose();
    }
}
