using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Graft.Operator.Controllers;
using Graft.Operator.Runtime;
using k8s.Models;

namespace Graft.Operator.Reports;

/// <summary>
/// The certificate authority of progress reports: kept in a Secret of the operator's namespace so that restarts and replicas agree,
/// renewed before its end, and given to each trainer pod with its plan. Each replica makes itself server certificates with it.
/// </summary>
/// <param name="secrets">The client.</param>
/// <param name="key">The Secret.</param>
/// <param name="host">The name under which pods reach the operator.</param>
/// <param name="time">The clock.</param>
public sealed class ReportAuthority(ResourceClient<V1Secret> secrets, ObjectKey key, string host, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ServerLife = TimeSpan.FromDays(90);

    private readonly Lock _gate = new();
    private AuthorityKeys? _keys;
    private X509Certificate2? _server;
    private string? _signer;

    /// <summary>Whom a pod that starts now should trust, as PEM; null before the first <see cref="RefreshAsync"/>.</summary>
    public string? CertificatePem
    {
        get
        {
            lock (_gate)
            {
                return _keys?.Trusted;
            }
        }
    }

    /// <summary>
    /// Reads the authority from its Secret, and makes or renews it where that is due: the Secret too where there is none, its content
    /// where somebody has prepared an empty one, so that this process need not be allowed to create Secrets.
    /// </summary>
    /// <returns>Whether it was made or renewed just now.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        var secret = await secrets.FindAsync(key, cancellationToken).ConfigureAwait(false);
        var there = AuthorityKeys.Read(secret?.Data);
        var wanted = there?.At(time.GetUtcNow()) ?? AuthorityKeys.New(time.GetUtcNow());
        if (wanted != there)
        {
            wanted = await WriteAsync(secret, wanted, cancellationToken).ConfigureAwait(false);
        }

        lock (_gate)
        {
            _keys = wanted;
        }

        return wanted != there;
    }

    /// <summary>The server certificate, made anew when two thirds of its life are over or another authority signs.</summary>
    public X509Certificate2? ServerCertificate()
    {
        lock (_gate)
        {
            if (_keys is null)
            {
                return null;
            }

            if (_server is null || _signer != _keys.Certificate || time.GetUtcNow() > RenewalOf(_server))
            {
                // The one before is left to the collector: a handshake may be using it.
                (_server, _signer) = (Issue(_keys), _keys.Certificate);
            }

            return _server;
        }
    }

    public void Dispose()
    {
        _server?.Dispose();
    }

    private static DateTimeOffset RenewalOf(X509Certificate2 server)
    {
        return server.NotAfter.ToUniversalTime() - ((server.NotAfter - server.NotBefore) / 3);
    }

    private async Task<AuthorityKeys> WriteAsync(V1Secret? there, AuthorityKeys wanted, CancellationToken cancellationToken)
    {
        try
        {
            if (there is null)
            {
                var secret = new V1Secret
                {
                    Metadata = new V1ObjectMeta { Name = key.Name, NamespaceProperty = key.Namespace },
                    Type = "kubernetes.io/tls",
                    Data = wanted.Write(),
                };
                await secrets.CreateAsync(secret, StatusWriter.FieldManager, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                there.Data = wanted.Write();
                await secrets.ReplaceAsync(there, cancellationToken).ConfigureAwait(false);
            }

            return wanted;
        }
        catch (ApiException error) when (error.IsAlreadyExists || error.IsConflict)
        {
            // Another replica was quicker: its authority is everyone's.
            var theirs = await secrets.GetAsync(key, cancellationToken).ConfigureAwait(false);
            return AuthorityKeys.Read(theirs.Data) ?? throw new ApiException(
                error.Code, error.Reason, $"The Secret {key} holds no authority.");
        }
    }

    private X509Certificate2 Issue(AuthorityKeys keys)
    {
        using var authority = X509Certificate2.CreateFromPem(keys.Certificate, keys.PrivateKey);
        using var privateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=graft-operator", privateKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (System.Net.IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
                authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = time.GetUtcNow();
        DateTimeOffset end = authority.NotAfter.ToUniversalTime();
        using var issued = request.Create(
            authority, now - TimeSpan.FromHours(1), now + ServerLife < end ? now + ServerLife : end, RandomNumberGenerator.GetBytes(16));
        return issued.CopyWithPrivateKey(privateKey);
    }
}
