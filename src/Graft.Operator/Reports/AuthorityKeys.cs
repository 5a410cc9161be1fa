using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Graft.Operator.Reports;

/// <summary>
/// A certificate authority and, towards its end, its successor, as they lie in a Secret. The successor is trusted long before it signs
/// anything: pods that were started before there was one, and know the authority alone, have that long to end.
/// </summary>
/// <param name="Certificate">The authority's certificate, as PEM.</param>
/// <param name="PrivateKey">Its private key, as PEM.</param>
/// <param name="NextCertificate">The successor's certificate; null while there is none.</param>
/// <param name="NextPrivateKey">The successor's private key.</param>
public sealed record AuthorityKeys(string Certificate, string PrivateKey, string? NextCertificate = null, string? NextPrivateKey = null)
{
    /// <summary>How long an authority lives.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(3 * 365);

    /// <summary>How long before an authority's end its successor is trusted too.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(365);

    /// <summary>How long before an authority's end its successor takes its place.</summary>
    public static readonly TimeSpan Handover = TimeSpan.FromDays(7);

    private const string CertificateField = "tls.crt";
    private const string PrivateKeyField = "tls.key";
    private const string NextCertificateField = "next.crt";
    private const string NextPrivateKeyField = "next.key";

    /// <summary>Whom a pod that starts now should trust, as PEM.</summary>
    public string Trusted => NextCertificate is null ? Certificate : $"{Certificate.TrimEnd()}\n{NextCertificate}";

    /// <summary>Reads a Secret's content; null where it holds no authority that can sign.</summary>
    public static AuthorityKeys? Read(IDictionary<string, byte[]>? data)
    {
        if (Text(data, CertificateField) is not { } certificate
            || Text(data, PrivateKeyField) is not { } privateKey || !CanSign(certificate, privateKey))
        {
            return null;
        }

        return Text(data, NextCertificateField) is { } next && Text(data, NextPrivateKeyField) is { } nextKey && CanSign(next, nextKey)
            ? new AuthorityKeys(certificate, privateKey, next, nextKey)
            : new AuthorityKeys(certificate, privateKey);
    }

    /// <summary>The keys that should be in use at a time: these, or these with a successor, or the successor.</summary>
    public AuthorityKeys At(DateTimeOffset now)
    {
        var left = EndOf(Certificate) - now;
        if (left <= Handover)
        {
            return NextCertificate is not null && EndOf(NextCertificate) - now > Handover
                ? new AuthorityKeys(NextCertificate, NextPrivateKey!)
                : New(now);
        }

        if (left > Overlap || NextCertificate is not null)
        {
            return this;
        }

        var next = New(now);
        return this with { NextCertificate = next.Certificate, NextPrivateKey = next.PrivateKey };
    }

    /// <summary>A new authority.</summary>
    public static AuthorityKeys New(DateTimeOffset now)
    {
        using var privateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // A name of its own: chains are built by name first.
        var name = $"CN=Graft progress reports {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        var request = new CertificateRequest(name, privateKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var certificate = request.CreateSelfSigned(now - TimeSpan.FromHours(1), now + Life);
        return new AuthorityKeys(certificate.ExportCertificatePem(), privateKey.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>As a Secret's content.</summary>
    public Dictionary<string, byte[]> Write()
    {
        var data = new Dictionary<string, byte[]>
        {
            [CertificateField] = Encoding.ASCII.GetBytes(Certificate),
            [PrivateKeyField] = Encoding.ASCII.GetBytes(PrivateKey),
        };
        if (NextCertificate is not null)
        {
            data[NextCertificateField] = Encoding.ASCII.GetBytes(NextCertificate);
            data[NextPrivateKeyField] = Encoding.ASCII.GetBytes(NextPrivateKey!);
        }

        return data;
    }

    private static string? Text(IDictionary<string, byte[]>? data, string field)
    {
        return data?.TryGetValue(field, out var bytes) == true ? Encoding.ASCII.GetString(bytes) : null;
    }

    private static bool CanSign(string certificate, string privateKey)
    {
        try
        {
            using var authority = X509Certificate2.CreateFromPem(certificate, privateKey);
            return authority.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraint => constraint.CertificateAuthority);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static DateTimeOffset EndOf(string certificate)
    {
        using var parsed = X509Certificate2.CreateFromPem(certificate);
        return parsed.NotAfter.ToUniversalTime();
    }
}
