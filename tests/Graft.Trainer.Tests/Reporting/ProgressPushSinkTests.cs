using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Trainer.Reporting;
using Xunit;

namespace Graft.Trainer.Tests.Reporting;

/// <summary>Against a TLS server whose certificate is signed by an authority of its own, as the operator's is.</summary>
public sealed class ProgressPushSinkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("graft-push-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_newest_progress_arrives_with_the_token_of_the_moment()
    {
        using var server = new TlsServer(_folder);
        File.WriteAllText(Path.Combine(_folder, "token"), "first\n");
        var sink = new ProgressPushSink(Target(server.Url, intervalSeconds: 1), TimeProvider.System, TextWriter.Null);
        await using (sink)
        {
            sink.Take(Progress(1));
            var first = await server.NextAsync();
            File.WriteAllText(Path.Combine(_folder, "token"), "renewed\n");
            sink.Take(Progress(2));
            sink.Take(Progress(3));
            var second = await server.NextAsync();

            Assert.StartsWith("PUT /v1/namespaces/default/adaptertrainingruns/tiny/progress HTTP/1.1", first, StringComparison.Ordinal);
            Assert.Contains("Authorization: Bearer first\r\n", first, StringComparison.Ordinal);
            Assert.Contains("\"step\":1", first, StringComparison.Ordinal);
            Assert.Contains("Authorization: Bearer renewed\r\n", second, StringComparison.Ordinal);
            Assert.Contains("\"step\":3", second, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_first_progress_is_sent_at_once_however_late_it_comes()
    {
        using var server = new TlsServer(_folder);
        File.WriteAllText(Path.Combine(_folder, "token"), "t");
        await using var sink = new ProgressPushSink(Target(server.Url, intervalSeconds: 600), TimeProvider.System, TextWriter.Null);
        // Long enough for the thread that pushes to have found nothing to push.
        await Task.Delay(500, TestContext.Current.CancellationToken);

        sink.Take(Progress(1));

        Assert.Contains("\"step\":1", await server.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_progress_is_sent_when_the_run_ends()
    {
        using var server = new TlsServer(_folder);
        File.WriteAllText(Path.Combine(_folder, "token"), "t");
        var sink = new ProgressPushSink(Target(server.Url, intervalSeconds: 600), TimeProvider.System, TextWriter.Null);
        sink.Take(Progress(1));
        await server.NextAsync();
        sink.Take(Progress(9));

        await sink.DisposeAsync();

        Assert.Contains("\"step\":9", await server.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_another_authority_gets_nothing_and_the_run_is_told_once()
    {
        using var server = new TlsServer(_folder);
        var other = Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName;
        using (new TlsServer(other))
        {
            File.Copy(Path.Combine(other, "ca.crt"), Path.Combine(_folder, "ca.crt"), overwrite: true);
        }

        File.WriteAllText(Path.Combine(_folder, "token"), "secret");
        using var log = new StringWriter();
        var sink = new ProgressPushSink(Target(server.Url, intervalSeconds: 600), TimeProvider.System, log);
        sink.Take(Progress(1));
        await sink.DisposeAsync();

        Assert.False(server.HasRequest);
        Assert.Single(log.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Training goes on", log.ToString(), StringComparison.Ordinal);
    }

    private PlanReport Target(string url, int intervalSeconds) => new()
    {
        Url = url,
        TokenFile = Path.Combine(_folder, "token"),
        CaFile = Path.Combine(_folder, "ca.crt"),
        IntervalSeconds = intervalSeconds,
    };

    private static ProgressEvent Progress(int step) => new() { Activity = "Training", Step = step, TotalSteps = 10, Loss = 1.5 };

    /// <summary>Takes one request a connection, hands it out, and answers 204.</summary>
    private sealed class TlsServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Channel<string> _requests = Channel.CreateUnbounded<string>();
        private readonly X509Certificate2 _certificate;

        public TlsServer(string folder)
        {
            using RSA authorityKey = RSA.Create(2048), key = RSA.Create(2048);
            var authorityRequest = new CertificateRequest("CN=graft test "
                + "authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1), to = from.AddDays(1);
            using var authority = authorityRequest.CreateSelfSigned(from, to);
            File.WriteAllText(Path.Combine(folder, "ca.crt"), authority.ExportCertificatePem());
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
            using var signed = request.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
            using var withKey = signed.CopyWithPrivateKey(key);
            _certificate = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
            _listener.Start();
            _ = ServeAsync();
        }

        public string Url => $"https://localhost:{Port}/v1/namespaces/default/adaptertrainingruns/tiny/progress";

        private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public bool HasRequest => _requests.Reader.TryPeek(out _);

        public async Task<string> NextAsync() => await _requests.Reader.ReadAsync(TestContext.Current.CancellationToken);

        public void Dispose()
        {
            _listener.Dispose();
            _certificate.Dispose();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await AnswerAsync(client);
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(TcpClient client)
        {
            try
            {
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(_certificate);
                var buffer = new byte[16 << 10];
                var request = new StringBuilder();
                // The body is JSON and comes last.
                while (!request.ToString().EndsWith('}') && await tls.ReadAsync(buffer) is > 0 and int count)
                {
                    request.Append(Encoding.UTF8.GetString(buffer, 0, count).TrimEnd('\r', '\n', '0'));
                }

                // A client that does not trust the certificate says so only after the server's side of the handshake is done.
                if (request.Length == 0)
                {
                    return;
                }

                await tls.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
                _requests.Writer.TryWrite(request.ToString());
            }
            catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client broke off the handshake.
            }
        }
    }
}
