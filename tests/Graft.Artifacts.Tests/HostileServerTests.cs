using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Graft.Artifacts.Registry;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>Servers that are no registries, or bad ones: each is told in a sentence, and soon.</summary>
public sealed partial class HostileServerTests : IDisposable
{
    // Whatever is tried again is tried for a day, which would show.
    private static readonly RegistryOptions Plain = new() { PlainHttp = true, RetryTime = TimeSpan.FromDays(1) };

    private readonly TemporaryFolder _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.7\r\n")]
    [InlineData("<html>\r\n<body>welcome</body>\r\n</html>\r\n")]
    public async Task What_speaks_no_HTTP_is_told_at_once(string answer)
    {
        using var server = new RawServer(_ => Encoding.ASCII.GetBytes(answer));

        Assert.Contains("what answers there speaks no HTTP", (await PullFailsAsync(server.Host)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_without_end_are_told_at_once()
    {
        var header = Encoding.ASCII.GetBytes($"X-More: {new string('x', 1000)}\r\n");
        using var server = new RawServer(_ =>
            [.. "HTTP/1.1 200 OK\r\n"u8, .. Enumerable.Repeat(header, 1000).SelectMany(line => line), .. "\r\n"u8]);

        Assert.Contains("longer than any registry's", (await PullFailsAsync(server.Host)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirections_in_a_circle_end()
    {
        using var server = new RawServer(
            path => Encoding.ASCII.GetBytes($"HTTP/1.1 307 Go on\r\nLocation: {path}\r\nContent-Length: 0\r\n\r\n"));

        Assert.Contains("answers 307", (await PullFailsAsync(server.Host)).Message, StringComparison.Ordinal);
        Assert.Equal(6, server.Requests);
    }

    [Theory]
    [InlineData("<html>welcome</html>", "text/html")]
    [InlineData("<html>welcome</html>")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("3")]
    [InlineData("{}")]
    [InlineData("""{"config": null, "layers": null}""")]
    [InlineData("""{"config": {"mediaType": "m", "digest": "d", "size": 1}, "layers": null}""")]
    [InlineData("""{"config": {"mediaType": "m", "digest": "d", "size": 1}, "layers": [null]}""")]
    [InlineData("""{"config": {"mediaType": "m", "digest": "d", "size": 1}, "layers": [{"mediaType": null, "digest": null, "size": 1}]}""")]
    [InlineData("""{"config": {"mediaType": "m", "digest": "d", "size": 1}, "layers": [{"mediaType": "m", "digest": "../", "size": 1}]}""")]
    [InlineData("""{"config": {"mediaType": "m", "digest": "d", "size": 1}, "layers": [{"mediaType": "m", "digest": "d", "size": "1"}]}""")]
    [InlineData("""{"config": {"mediaType": "m", "digest": "d", "size": 1e99}, "layers": {}}""")]
    [InlineData("""{"manifests": null}""", "application/vnd.oci.image.index.v1+json")]
    [InlineData("""{"manifests": [null]}""", "application/vnd.oci.image.index.v1+json")]
    [InlineData("""{"manifests": [{"mediaType": "m", "digest": "no", "size": 1}]}""", "application/vnd.oci.image.index.v1+json")]
    [InlineData("""{"manifests": []}""", "application/vnd.oci.image.index.v1+json")]
    public async Task A_manifest_that_is_none_is_told(string manifest, string type = "application/vnd.oci.image.manifest.v1+json")
    {
        var body = Encoding.UTF8.GetBytes(manifest);
        using var server = new RawServer(_ => Answer(type, body));

        await PullFailsAsync(server.Host);
    }

    [Fact]
    public async Task A_blob_of_another_size_or_digest_than_the_manifest_says_is_told()
    {
        const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        foreach (var size in new[] { 0, 3, 4, 1000 })
        {
            var manifest = $$$"""
                {"config": {"mediaType": "m", "digest": "{{{Digest}}}", "size": 4}, "layers": [{"mediaType": "m", "digest": "{{{Digest}}}",
                "size": {{{size}}}, "annotations": {"org.opencontainers.image.title": "file"}}]}
                """;
            using var server = new RawServer(path => path.Contains("/blobs/", StringComparison.Ordinal)
                ? Answer("application/octet-stream", "four"u8.ToArray())
                : Answer("application/vnd.oci.image.manifest.v1+json", Encoding.UTF8.GetBytes(manifest)));

            Assert.Contains(Digest, (await PullFailsAsync(server.Host)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_waited_for_is_said()
    {
        var said = new List<string>();
        var options = Plain with { RetryTime = TimeSpan.FromMinutes(2), Waiting = said.Add };
        using var gate = new RequestGate(0) { Answer = (_, response) => RegistryCheckTests.Status(response, 503) };

        await Assert.ThrowsAsync<ArtifactException>(
            () => ArtifactStore.InRegistry($"{gate.Host}/adapters", options, new HurriedTime()).ListVersionsAsync("demo", Cancellation));

        Assert.Contains(said, sentence => Announcement().IsMatch(sentence));
        Assert.All(said, sentence => Assert.True(
            Announcement().IsMatch(sentence) || sentence.StartsWith("Waiting for registry", StringComparison.Ordinal), sentence));
    }

    [Fact]
    public async Task A_registry_that_is_slow_to_answer_is_named_while_it_is_waited_for()
    {
        var said = new List<string>();
        var options = Plain with { UnreachableTime = TimeSpan.Zero, RequestTime = TimeSpan.FromMinutes(2), Waiting = said.Add };
        using var server = new RawServer(_ => null);

        var fault = await Assert.ThrowsAsync<ArtifactException>(
            () => ArtifactStore.InRegistry($"{server.Host}/adapters", options, new HurriedTime()).ListVersionsAsync("demo", Cancellation));

        Assert.Contains("does not answer in time", fault.Message, StringComparison.Ordinal);
        Assert.Equal([$"Waiting for registry {server.Host} to answer (attempt 1) …"], said);
    }

    [Theory]
    [InlineData("localhost:5000/UPPER/case")]
    [InlineData("localhost:5000/a b")]
    [InlineData("localhost:5000/a//b")]
    [InlineData("localhost:5000/-a")]
    public void A_place_that_no_registry_has_is_refused_with_the_rule(string prefix)
    {
        var fault = Assert.Throws<ArtifactException>(() => ArtifactStore.InRegistry(prefix, Plain));

        Assert.Equal(
            $"'{prefix}' is no reference to an artifact: its repository may hold lower-case letters, digits and . _ - only, in parts "
                + "separated by /.",
            fault.Message);
    }

    [GeneratedRegex(@"^Registry \S+ answers 503\. Attempt [0-9]+ comes in [0-9.]+ s …\z")]
    private static partial Regex Announcement();

    private Task<ArtifactException> PullFailsAsync(string host)
    {
        return Assert.ThrowsAsync<ArtifactException>(
            () => ArtifactStore.PullAsync($"{host}/adapters/demo:v1", _temporary.At("pulled"), Plain, Cancellation));
    }

    private static byte[] Answer(string type, byte[] body)
    {
        return [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
    }

    /// <summary>Time that goes by a hundred times as fast.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        private const int Faster = 100;

        public override long TimestampFrequency => base.TimestampFrequency / Faster;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            return base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Faster : dueTime, period);
        }
    }

    /// <summary>Answers each request with bytes, whatever they are; with none it keeps the connection and says nothing.</summary>
    private sealed class RawServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _over = new();
        private readonly Func<string, byte[]?> _answer;
        private int _requests;

        public RawServer(Func<string, byte[]?> answer)
        {
            _answer = answer;
            _listener.Start();
            Host = _listener.LocalEndpoint.ToString()!;
            _ = AcceptAsync();
        }

        public string Host { get; }

        public int Requests => _requests;

        public void Dispose()
        {
            _over.Cancel();
            _listener.Dispose();
            _over.Dispose();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = ServeAsync(await _listener.AcceptTcpClientAsync(_over.Token));
                }
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // The test is over.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            try
            {
                using (client)
                {
                    var stream = client.GetStream();
                    using var reader = new StreamReader(stream);
                    var path = (await reader.ReadLineAsync(_over.Token))?.Split(' ')[1] ?? "";
                    while (await reader.ReadLineAsync(_over.Token) is { Length: > 0 })
                    {
                    }

                    Interlocked.Increment(ref _requests);
                    if (_answer(path) is { } bytes)
                    {
                        await stream.WriteAsync(bytes, _over.Token);
                    }
                    else
                    {
                        await Task.Delay(Timeout.Infinite, _over.Token);
                    }
                }
            }
            catch (Exception error) when (error is OperationCanceledException or IOException)
            {
                // Whoever asked has hung up, or the test is over.
            }
        }
    }
}
