using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>Progress reports over TLS, with real tokens of real pods.</summary>
[Collection(ApiServer.Collection)]
public sealed class ReportTests(ApiServer server) : IAsyncLifetime
{
    private const string Report = """{"activity":"Training","step":120,"totalSteps":300,"loss":2.3456789,"tokensPerSecond":812.4,"etaSeconds":200,"checkpointStep":100}""";
    private Team _team = null!;

    public async ValueTask InitializeAsync()
    {
        await server.RequireAsync();
        _team = new Team(server, await server.CreateNamespaceAsync());
    }

    public ValueTask DisposeAsync()
    {
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Only_the_runs_own_pod_is_heard_and_what_it_says_is_shown()
    {
        await using var @operator = await OperatorProcess.StartAsync(server, _team.Namespace);
        await _team.HaveInputsAsync();
        await _team.ApplyRunAsync();
        var pod = await _team.TrainerPodAsync();
        await _team.RunAsync(pod);
        var run = await _team.UntilAsync("Unknown/Running");
        await _team.ApplyRunAsync(name: "other", rank: 2);
        await _team.UntilAsync("Unknown/Waiting", "other");
        var other = await _team.TrainerPodAsync("other");

        var plan = await _team.PlanAsync(run);
        var address = PlanJson.Read(plan.Data["plan.json"]).Execution.Report!.Url;
        using var http = Trusting(plan.Data["ca.crt"]);
        var token = await _team.TokenAsync(pod, GraftApi.ReportAudience);

        Assert.Equal(HttpStatusCode.Unauthorized, await PutAsync(http, address, null, Report));
        Assert.Equal(HttpStatusCode.Unauthorized, await PutAsync(http, address, "rubbish", Report));
        Assert.Equal(HttpStatusCode.Unauthorized, await PutAsync(http, address, await _team.TokenAsync(pod, "https://kubernetes.default.svc"), Report));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(http, address, await _team.TokenAsync(other, GraftApi.ReportAudience), Report));
        Assert.Equal(HttpStatusCode.NotFound, await PutAsync(http, address.Replace("/quick/", "/nobody/", StringComparison.Ordinal), token, Report));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PutAsync(http, address, token, new string(' ', 20_000)));
        Assert.Equal(HttpStatusCode.BadRequest, await PutAsync(http, address, token, "{\"step\": 1}"));
        Assert.Equal(HttpStatusCode.Accepted, await PutAsync(http, address, token, Report));

        RunProgress? progress = null;
        await Eventually.TrueAsync("the report is shown", async () =>
            (progress = (await _team.Runs.GetAsync(new ObjectKey(_team.Namespace, Team.RunName), TestContext.Current.CancellationToken)).Status?.Progress) is not null);
        Assert.Equal(("120/300 (40%)", "2.3457", 812L, "3m20s"), (progress!.Summary, progress.Loss, progress.TokensPerSecond, progress.Eta));

        await _team.EndAsync(pod, 0, Runs.World.Result());
        var ended = await _team.UntilAsync("True/Completed");
        Assert.Equal("10/10 (100%)", ended.Status!.Progress!.Summary);
        Assert.Null(ended.Status.Progress.Eta);
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(http, address, token, Report));
    }

    [Fact]
    public async Task A_flood_of_reports_is_refused_and_written_seldom()
    {
        await using var @operator = await OperatorProcess.StartAsync(server, _team.Namespace);
        await _team.HaveInputsAsync();
        await _team.ApplyRunAsync();
        var pod = await _team.TrainerPodAsync();
        await _team.RunAsync(pod);
        var run = await _team.UntilAsync("Unknown/Running");
        var plan = await _team.PlanAsync(run);
        var address = PlanJson.Read(plan.Data["plan.json"]).Execution.Report!.Url;
        using var http = Trusting(plan.Data["ca.crt"]);
        var token = await _team.TokenAsync(pod, GraftApi.ReportAudience);
        await PutAsync(http, address, token, Report);
        var writes = await @operator.WritesAsync();

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 40; i++)
        {
            answers.Add(await PutAsync(http, address, token, Report));
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        var accepted = answers.Count(answer => answer == HttpStatusCode.Accepted);
        Assert.True(await @operator.WritesAsync() - writes < accepted, "each report was written by itself");
    }

    private static async Task<HttpStatusCode> PutAsync(HttpClient http, string address, string? token, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, address);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    /// <summary>A client that trusts the plan's certificate authority and no other, as the trainer does.</summary>
    private static HttpClient Trusting(string authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(authority);
        return new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
    }
}
