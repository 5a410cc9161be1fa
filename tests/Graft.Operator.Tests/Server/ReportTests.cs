using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>Progress reports over TLS, with real tokens of real pods.</summary>
public sealed class ReportTests(ApiServer server) : ServerTest(server)
{
    private const string Report = """{"activity":"Training","step":120,"totalSteps":300,"loss":2.3456789,"tokensPerSecond":812.4,"etaSeconds":200,"checkpointStep":100}""";

    [Fact]
    public async Task Only_the_runs_own_pod_is_heard_and_what_it_says_is_shown()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        using var reporter = await Reporter.StartAsync(Team);
        await Team.ApplyRunAsync(name: "other", rank: 2);
        await Team.UntilAsync("Unknown/Waiting", "other");
        var other = await Team.TrainerPodAsync("other");

        Assert.Equal(HttpStatusCode.Unauthorized, await reporter.PutAsync(null, Report));
        Assert.Equal(HttpStatusCode.Unauthorized, await reporter.PutAsync("rubbish", Report));
        Assert.Equal(HttpStatusCode.Unauthorized, await reporter.PutAsync(
            await Team.TokenAsync(reporter.Pod, "https://kubernetes.default.svc"), Report));
        Assert.Equal(HttpStatusCode.Forbidden, await reporter.PutAsync(await Team.TokenAsync(other, GraftApi.ReportAudience), Report));
        Assert.Equal(HttpStatusCode.NotFound, await reporter.PutAsync(
            reporter.Token, Report, reporter.Address.Replace("/quick/", "/nobody/", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await reporter.PutAsync(reporter.Token, new string(' ', 20_000)));
        Assert.Equal(HttpStatusCode.BadRequest, await reporter.PutAsync(reporter.Token, "{\"step\": 1}"));
        Assert.Equal(HttpStatusCode.Accepted, await reporter.PutAsync(reporter.Token, Report));

        RunProgress? progress = null;
        await Eventually.TrueAsync("the report is shown", async () =>
            (progress = (await Team.Runs.GetAsync(new ObjectKey(Team.Namespace, Team.RunName),
                TestContext.Current.CancellationToken)).Status?.Progress) is not null);
        Assert.Equal(
            ("120/300 (40%)", "2.3457", 812L, "3m20s"), (progress!.Summary, progress.Loss, progress.TokensPerSecond, progress.Eta));

        await Team.EndAsync(reporter.Pod, 0, Runs.World.Result());
        var ended = await Team.UntilAsync("True/Completed");
        Assert.Equal("10/10 (100%)", ended.Status!.Progress!.Summary);
        Assert.Null(ended.Status.Progress.Eta);
        Assert.Equal(HttpStatusCode.Conflict, await reporter.PutAsync(reporter.Token, Report));
    }

    [Fact]
    public async Task A_flood_of_reports_is_refused_and_written_seldom()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        using var reporter = await Reporter.StartAsync(Team);
        await reporter.PutAsync(reporter.Token, Report);
        var writes = await @operator.WritesAsync();

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 40; i++)
        {
            answers.Add(await reporter.PutAsync(reporter.Token, Report));
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        var accepted = answers.Count(answer => answer == HttpStatusCode.Accepted);
        Assert.True(await @operator.WritesAsync() - writes < accepted, "each report was written by itself");
    }

    [Fact]
    public async Task Rubbish_costs_the_api_server_nothing_and_keeps_nobody_from_reporting()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        using var reporter = await Reporter.StartAsync(Team);
        var claims = reporter.Token.Split('.')[1];
        var writes = await @operator.WritesAsync();

        // Not a token; and a well-made one for a pod that is not there.
        var stranger = Convert.ToBase64String(Encoding.UTF8.GetBytes(
            $$"""{"iss":"x","aud":["{{GraftApi.ReportAudience}}"],"exp":9999999999,"kubernetes.io":{"namespace":"{{Team.Namespace}}","pod":{"name":"nobody","uid":"u"} } }"""));
        for (var i = 0; i < 300; i++)
        {
            var rubbish = i % 2 == 0 ? $"rubbish-{i}" : $"e30.{stranger.TrimEnd('=').Replace('+', '-').Replace('/', '_')}.c{i:D3}";
            Assert.Equal(HttpStatusCode.Unauthorized, await reporter.PutAsync(rubbish, Report));
        }

        Assert.Equal(writes, await @operator.WritesAsync());

        // The claims of a pod that is there, with signatures that are not: asked about, but not for long.
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 100; i++)
        {
            answers.Add(await reporter.PutAsync($"{reporter.Token.Split('.')[0]}.{claims}.c{i:D3}", Report));
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.DoesNotContain(HttpStatusCode.Accepted, answers);
        await Eventually.TrueAsync(
            "the pod is heard", async () => await reporter.PutAsync(reporter.Token, Report) == HttpStatusCode.Accepted);
        Assert.Equal(HttpStatusCode.Accepted, await reporter.PutAsync(
            reporter.Token, Report.Replace("{", "{\"mood\":[1],", StringComparison.Ordinal)));

        await Team.Pods.DeleteAsync(ObjectKey.Of(reporter.Pod), reporter.Pod.Metadata.Uid, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            "the pod is gone and not heard", async () => await reporter.PutAsync(reporter.Token, Report) == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Connections_that_say_nothing_are_bounded_in_time_and_number()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        var port = new Uri(@operator.ReportUrl).Port;
        var silent = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 600; i++)
            {
                var client = new TcpClient();
                silent.Add(client);
                try
                {
                    await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                }
                catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionReset)
                {
                    // One too many: ended before it was told that it is open.
                }
            }

            await Eventually.TrueAsync("all are ended", () => Task.FromResult(silent.TrueForAll(IsEnded)));
        }
        finally
        {
            silent.ForEach(client => client.Dispose());
        }

        using var half = new TcpClient();
        await half.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(half.GetStream());
#pragma warning disable CA5359 // Nothing is told: it is how long the server waits that is tried.
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", RemoteCertificateValidationCallback = (_, _, _, _) => true },
            TestContext.Current.CancellationToken);
#pragma warning restore CA5359
        await tls.WriteAsync("PUT /v1/namespaces/x HTTP/1.1\r\nHost: x\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var answer = new StreamReader(tls);
        Assert.Contains("408", await answer.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static bool IsEnded(TcpClient client)
    {
        return client.Client.Poll(0, SelectMode.SelectRead);
    }
}
