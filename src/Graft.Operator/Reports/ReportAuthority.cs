using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Graft.Operator.Controllers;
using Graft.Operator.Runtime;
using k8s.Models;

namespace Graft.Operator.Reports;

/// <summary>
/// The certificate authority of progress reports: made once, kept in a Secret of the operator's namespace so that restarts and
/// replicas agree, and given to each trainer pod with its plan. Each replica makes itself a server certificate with it.
/// </summary>
public sealed class ReportAuthority : IDisposable
{
    private const string CertificateKey = "tls.crt";
    private const string PrivateKeyKey = "tls.key";
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ServerLife = TimeSpan.FromDays(90);

    private readonly X509Certificate2 _authority;
    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private X509Certificate2? _server;

    private ReportAuthority(X509Certificate2 authority, string host, TimeProvider time)
    {
        _authority = authority;
        _host = host;
        _time = time;
    }

    /// <summary>The authority's certificate, as PEM.</summary>
    public string CertificatePem => _authority.ExportCertificatePem();

    /// <summary>
    /// Reads the authority from its Secret, or makes it: the Secret too where there is none, its content where somebody has prepared an
    /// empty one, so that this process need not be allowed to create Secrets.
    /// </summary>
    /// <param name="secrets">The client.</param>
    /// <param name="key">The Secret.</param>
    /// <param name="host">The name under which pods reach the operator.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Cancels the requests.</param>
    public static async Task<ReportAuthority> LoadAsync(
        ResourceClient<V1Secret> secrets, ObjectKey key, string host, TimeProvider time, CancellationToken cancellation)
    {
        var secret = await secrets.FindAsync(key, cancellation).ConfigureAwait(false);
        if (secret?.Data?.ContainsKey(PrivateKeyKey) != true)
        {
            secret = await FillAsync(secrets, secret, NewSecret(key, time), cancellation).ConfigureAwait(false);
        }

        var authority = X509Certificate2.CreateFromPem(
            Encoding.ASCII.GetString(secret.Data[CertificateKey]), Encoding.ASCII.GetString(secret.Data[PrivateKeyKey]));
        return new ReportAuthority(authority, host, time);
    }

    /// <summary>The server certificate, made anew when two thirds of its life are over.</summary>
    public X509Certificate2 ServerCertificate()
    {
        lock (_gate)
        {
            if (_server is null || _time.GetUtcNow() > _server.NotAfter.ToUniversalTime() - (ServerLife / 3))
            {
                _server = Issue();
            }

            return _server;
        }
    }

    public void Dispose()
    {
        _authority.Dispose();
        _server?.Dispose();
    }

    private static async Task<V1Secret> FillAsync(
        ResourceClient<V1Secret> secrets, V1Secret? empty, V1Secret filled, CancellationToken cancellation)
    {
        try
        {
            if (empty is null)
            {
                return await secrets.CreateAsync(filled, StatusWriter.FieldManager, cancellation).ConfigureAwait(false);
            }

            empty.Data = filled.Data;
            return await secrets.ReplaceAsync(empty, cancellation).ConfigureAwait(false);
        }
        catch (ApiException error) when (error.IsAlreadyExists || error.IsConflict)
        {
            // Another replica was quicker: its authority is everyone's.
            return await secrets.GetAsync(ObjectKey.Of(filled), cancellation).ConfigureAwait(false);
        }
    }

    private static V1Secret NewSecret(ObjectKey key, TimeProvider time)
    {
        using var privateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Graft progress reports", privateKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - TimeSpan.FromHours(1), now + AuthorityLife);
        return new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = key.Name, NamespaceProperty = key.Namespace },
            Type = "kubernetes.io/tls",
            Data = new Dictionary<string, byte[]>
            {
                [CertificateKey] = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()),
                [PrivateKeyKey] = Encoding.ASCII.GetBytes(privateKey.ExportPkcs8PrivateKeyPem()),
            },
        };
    }

    private X509Certificate2 Issue()
    {
        using var privateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=graft-operator", privateKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (System.Net.IPAddress.TryParse(_host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(_host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = _time.GetUtcNow();
        using var issued = request.Create(_authority, now - TimeSpan.FromHours(1), now + ServerLife, RandomNumberGenerator.GetBytes(16));
        return issued.CopyWithPrivateKey(privateKey);
    }
}
