using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Graft.Tests;

namespace Graft.Artifacts.Tests;

/// <summary>
/// A token service as the distribution project specifies it: gives a signed token for the scope that is asked, to one user.
/// The registry checks signature and scope.
/// </summary>
internal sealed class TokenService : IDisposable
{
    public const string User = "alice";
    public const string Password = "pass:word";

    private readonly HttpListener _listener = new();
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;

    public TokenService()
    {
        var request = new CertificateRequest("CN=graft-test-issuer", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Realm = $"http://127.0.0.1:{FreePorts.Take()}/token";
        _listener.Prefixes.Add(Realm + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Realm { get; }

    public string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>The scopes that were asked for.</summary>
    public List<string> Scopes { get; } = [];

    public void Dispose()
    {
        _listener.Close();
        _certificate.Dispose();
        _key.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
                var scope = context.Request.QueryString["scope"] ?? "";
                Scopes.Add(scope);
                context.Response.StatusCode = context.Request.Headers["Authorization"] == expected ? 200 : 401;
                if (context.Response.StatusCode == 200)
                {
                    context.Response.OutputStream.Write(
                        JsonSerializer.SerializeToUtf8Bytes(new { token = Token(context.Request.QueryString["service"]!, scope) }));
                }

                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private string Token(string service, string scope)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var parts = scope.Split(':');
        var header = Encode(new { typ = "JWT", alg = "RS256", x5c = new[] { Convert.ToBase64String(_certificate.RawData) } });
        var claims = Encode(new
        {
            iss = "graft-test-issuer",
            sub = User,
            aud = service,
            exp = now + 60,
            nbf = now - 10,
            iat = now,
            jti = Guid.NewGuid().ToString(),
            access = new[] { new { type = parts[0], name = parts[1], actions = parts[2].Split(',') } },
        });
        var signature = _key.SignData(Encoding.ASCII.GetBytes($"{header}.{claims}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{header}.{claims}.{Base64Url(signature)}";
    }

    private static string Encode(object part)
    {
        return Base64Url(JsonSerializer.SerializeToUtf8Bytes(part));
    }

    private static string Base64Url(byte[] bytes)
    {
        return Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
