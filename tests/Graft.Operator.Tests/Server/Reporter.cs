using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>
/// A pod that trains, as the operator's reporting endpoint sees it: with the token that it is given and the authority that it is told.
/// </summary>
internal sealed class Reporter : IDisposable
{
    private readonly HttpClient _http;

    private Reporter(HttpClient http)
    {
        _http = http;
    }

    /// <summary>The pod.</summary>
    public required V1Pod Pod { get; init; }

    /// <summary>Where its plan tells it to report to.</summary>
    public required string Address { get; init; }

    /// <summary>Its token for reports.</summary>
    public required string Token { get; init; }

    /// <summary>Applies inputs and a run, and lets its pod run.</summary>
    public static async Task<Reporter> StartAsync(Team team)
    {
        await team.HaveInputsAsync();
        await team.ApplyRunAsync();
        var pod = await team.TrainerPodAsync();
        await team.RunAsync(pod);
        var plan = await team.PlanAsync(await team.UntilAsync("Unknown/Running"));
        return new Reporter(Trusting(plan.Data["ca.crt"]))
        {
            Pod = pod,
            Address = PlanJson.Read(plan.Data["plan.json"]).Execution.Report!.Url,
            Token = await team.TokenAsync(pod, GraftApi.ReportAudience),
        };
    }

    /// <summary>Sends something, with some token or none, to its own address or another.</summary>
    public async Task<HttpStatusCode> PutAsync(string? token, string body, string? address = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, address ?? Address);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    public void Dispose()
    {
        _http.Dispose();
    }

    /// <summary>A client that trusts the plan's certificate authority and no other, as the trainer does.</summary>
    private static HttpClient Trusting(string authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(authority);
        return new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
    }
}
