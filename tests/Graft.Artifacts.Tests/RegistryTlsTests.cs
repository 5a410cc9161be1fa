using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Graft.Artifacts.Registry;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>A registry whose certificate only its owner knows, as inside a company or a cluster.</summary>
public sealed class RegistryTlsTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public async Task A_certificate_is_accepted_if_its_authority_is_named_and_refused_otherwise()
    {
        WriteCertificate();
        await using var registry = await RegistryServer.StartAsync(
            tls: $"tls: {{certificate: {_temporary.At("server.pem")}, key: {_temporary.At("key.pem")}}}");
        var folder = _temporary.Folder("adapter", ("weights", "1"));
        var trusting = new RegistryOptions { AuthorityFile = _temporary.At("server.pem"), SettleTime = TimeSpan.FromMilliseconds(100) };
        var other = new RegistryOptions { RetryTime = TimeSpan.FromSeconds(1) };

        var published = await ArtifactStore.InRegistry(registry.Host, trusting).PublishAsync(folder, Requests.Of("demo"), Cancellation);
        var refused = await Assert.ThrowsAsync<ArtifactException>(
            () => ArtifactStore.PullAsync(published.Reference, _temporary.At("pulled"), other, Cancellation));

        Assert.Contains("certificate", refused.Message, StringComparison.OrdinalIgnoreCase);
        await ArtifactStore.PullAsync(published.Reference, _temporary.At("pulled"), trusting, Cancellation);
        Assert.Equal("1", await File.ReadAllTextAsync(_temporary.At("pulled/weights"), Cancellation));
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=registry", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(_temporary.At("server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_temporary.At("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
