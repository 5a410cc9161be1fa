using System.Security.Cryptography.X509Certificates;

namespace Graft.Common;

/// <summary>Servers whose certificates are signed by authorities of a file, in place of the system's.</summary>
public static class TrustedAuthorities
{
    /// <summary>A policy for TLS that trusts the authorities of a file and no other.</summary>
    /// <param name="pemFile">Their certificates.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It holds no certificates.</exception>
    public static X509ChainPolicy Of(string pemFile)
    {
        var policy = None();
        policy.CustomTrustStore.ImportFromPemFile(pemFile);
        return policy;
    }

    /// <summary>A policy for TLS that trusts nobody.</summary>
    public static X509ChainPolicy None()
    {
        // Such authorities are an installation's own, and hardly ever publish which of their certificates they have revoked.
        return new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
    }
}
