using System.Security.Cryptography.X509Certificates;
using System.Text;
using Graft.Operator.Reports;
using Graft.Operator.Runtime;
using Graft.Operator.Tests.Runtime;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Graft.Operator.Tests.Reports;

/// <summary>The certificate authority of progress reports over the years.</summary>
public sealed class ReportAuthorityTests
{
    private const string Host = "graft.graft-system.svc";
    private static readonly ObjectKey Key = new("graft-system", "graft-report-ca");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public async Task Whenever_a_pod_starts_it_trusts_the_operator_for_the_best_part_of_a_year()
    {
        await using var server = await LocalServer.StartAsync();
        var store = new ObjectStore();
        server.Answer = store.AnswerAsync;
        using var client = server.Client(_time);
        using var authority = new ReportAuthority(new ResourceClient<V1Secret>(client), Key, Host, _time);
        var pods = new List<(DateTimeOffset Started, string Trusted)>();
        var signers = new HashSet<string>();

        for (var week = 0; week < 52 * 8; week++)
        {
            await authority.RefreshAsync(TestContext.Current.CancellationToken);
            pods.Add((_time.GetUtcNow(), authority.CertificatePem!));
            pods.RemoveAll(pod => _time.GetUtcNow() - pod.Started > AuthorityKeys.Overlap - TimeSpan.FromDays(14));
            var certificate = authority.ServerCertificate()!;
            signers.Add(certificate.Issuer);
            Assert.All(pods, pod => Assert.True(Trusts(pod.Trusted, certificate), $"{pod.Started} does not trust at {_time.GetUtcNow()}"));
            _time.Advance(TimeSpan.FromDays(7));
        }

        Assert.True(signers.Count >= 3, "the authority was never renewed");
    }

    [Fact]
    public async Task Replicas_agree_even_where_both_renew_at_once()
    {
        await using var server = await LocalServer.StartAsync();
        server.Answer = new ObjectStore().AnswerAsync;
        using var client = server.Client(_time);
        using var one = new ReportAuthority(new ResourceClient<V1Secret>(client), Key, Host, _time);
        using var two = new ReportAuthority(new ResourceClient<V1Secret>(client), Key, Host, _time);

        for (var year = 0; year < 7; year++)
        {
            await Task.WhenAll(
                one.RefreshAsync(TestContext.Current.CancellationToken), two.RefreshAsync(TestContext.Current.CancellationToken));

            Assert.Equal(one.CertificatePem, two.CertificatePem);
            Assert.True(Trusts(one.CertificatePem!, two.ServerCertificate()!));
            _time.Advance(TimeSpan.FromDays(365));
        }
    }

    [Fact]
    public async Task A_secret_that_holds_nothing_usable_is_filled()
    {
        await using var server = await LocalServer.StartAsync();
        var store = new ObjectStore();
        server.Answer = store.AnswerAsync;
        using var client = server.Client(_time);
        var secrets = new ResourceClient<V1Secret>(client);
        await secrets.CreateAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = Key.Name, NamespaceProperty = Key.Namespace },
                Data = new Dictionary<string, byte[]> { ["tls.crt"] = Encoding.ASCII.GetBytes("rubbish"), ["tls.key"] = [] },
            },
            "tests",
            TestContext.Current.CancellationToken);
        using var authority = new ReportAuthority(secrets, Key, Host, _time);
        Assert.Null(authority.ServerCertificate());

        Assert.True(await authority.RefreshAsync(TestContext.Current.CancellationToken));
        Assert.False(await authority.RefreshAsync(TestContext.Current.CancellationToken));

        Assert.True(Trusts(authority.CertificatePem!, authority.ServerCertificate()!));
    }

    [Fact]
    public async Task A_server_certificate_is_kept_for_two_thirds_of_its_life()
    {
        await using var server = await LocalServer.StartAsync();
        server.Answer = new ObjectStore().AnswerAsync;
        using var client = server.Client(_time);
        using var authority = new ReportAuthority(new ResourceClient<V1Secret>(client), Key, Host, _time);
        await authority.RefreshAsync(TestContext.Current.CancellationToken);
        var first = authority.ServerCertificate();

        _time.Advance(TimeSpan.FromDays(58));
        Assert.Same(first, authority.ServerCertificate());
        _time.Advance(TimeSpan.FromDays(4));
        Assert.NotSame(first, authority.ServerCertificate());
    }

    /// <summary>Whether somebody who trusts these authorities and no others accepts the certificate now.</summary>
    private bool Trusts(string authorities, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(authorities);
        return chain.Build(certificate) && certificate.MatchesHostname(Host);
    }
}
