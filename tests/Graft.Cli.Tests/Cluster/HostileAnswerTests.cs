using System.Net;
using System.Text;
using Graft.Cli.Cluster;
using Graft.Cli.Display;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Cluster;

/// <summary>Servers that answer the command line with something else than what they should: each is told in a sentence.</summary>
public sealed class HostileAnswerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Theory]
    [InlineData("<html>welcome</html>")]
    [InlineData("[]")]
    [InlineData("3")]
    [InlineData("""{"metrics": 3}""")]
    [InlineData("""{"metrics": [3]}""")]
    [InlineData("""{"metrics": [{"value": 1, "step": "x"}]}""")]
    [InlineData("""{"metrics": [{"value": 1, "step": 1e99}]}""")]
    [InlineData("""{"metrics": [], "next_page_token": 3}""")]
    public async Task A_history_that_is_none_is_told(string answer)
    {
        using var server = new Server(answer);
        var why = await MlflowHistory.ReadAsync(server.Address, "run", new RunProgressState(), TestContext.Current.CancellationToken);

        Assert.StartsWith($"MLflow at {server.Address} did not answer as MLflow does (", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_whose_pages_do_not_end_is_left()
    {
        using var server = new Server("""{"metrics": [{"value": 1, "step": 1}], "next_page_token": "again"}""");
        await MlflowHistory.ReadAsync(server.Address, "run", new RunProgressState(), TestContext.Current.CancellationToken);

        Assert.InRange(server.Requests, 2, 1000);
    }

    [Theory]
    [InlineData("<html>welcome</html>")]
    [InlineData("[]")]
    [InlineData("""{"metadata": 3, "spec": []}""")]
    [InlineData("""{"spec": {"method": "words"}}""")]
    public async Task An_API_server_that_is_none_is_told(string answer)
    {
        using var server = new Server(answer);
        _folder.Write("kubeconfig", $$$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "{{{server.Address}}}"}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            users: [{name: u, user: {token: t}}]
            current-context: x
            """);
        var result = await GraftProgram.RunAsync(_folder.Path, "logs", "run", "--kubeconfig", "kubeconfig");

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.StartsWith($"graft: What answers at {server.Address}/ is no Kubernetes API server", result.Errors, StringComparison.Ordinal);
    }

    /// <summary>Answers every request with the same text and status 200.</summary>
    private sealed class Server : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly byte[] _answer;
        private int _requests;

        public Server(string answer)
        {
            _answer = Encoding.UTF8.GetBytes(answer);
            Address = $"http://127.0.0.1:{FreePorts.Take()}";
            _listener.Prefixes.Add(Address + "/");
            _listener.Start();
            _ = ServeAsync();
        }

        public string Address { get; }

        public int Requests => _requests;

        public void Dispose()
        {
            _listener.Close();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    Interlocked.Increment(ref _requests);
                    context.Response.ContentType = "application/json";
                    await context.Response.OutputStream.WriteAsync(_answer);
                    context.Response.Close();
                }
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
