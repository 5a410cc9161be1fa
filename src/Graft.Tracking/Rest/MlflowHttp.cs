using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Graft.Common;

namespace Graft.Tracking.Rest;

/// <summary>
/// Sends single requests to an MLflow server and says of every failure what kind it is. Retries are the caller's business.
/// </summary>
internal sealed class MlflowHttp : IDisposable
{
    /// <summary>Bytes of an answer: the largest page of runs, with all their parameters, or of a metric's history fits.</summary>
    private const int LargestAnswer = 64 << 20;

    private readonly MlflowSettings _settings;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;

    public MlflowHttp(MlflowSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _client = new HttpClient(Handler(settings)) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LargestAnswer };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd($"graft/{typeof(MlflowHttp).Assembly.GetName().Version?.ToString(3)}");
        if (settings.Workspace is not null)
        {
            _client.DefaultRequestHeaders.Add("X-MLFLOW-WORKSPACE", settings.Workspace);
        }
    }

    public Task<JsonElement> GetAsync(string call, CancellationToken cancellationToken)
    {
        return CallAsync(HttpMethod.Get, call, null, cancellationToken);
    }

    public Task<JsonElement> PostAsync(string call, object body, CancellationToken cancellationToken)
    {
        return PostAsync(call, JsonSerializer.SerializeToUtf8Bytes(body), cancellationToken);
    }

    public Task<JsonElement> PostAsync(string call, byte[] body, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return CallAsync(HttpMethod.Post, call, content, cancellationToken);
    }

    /// <summary>Uploads a file through the server's artifact proxy.</summary>
    public async Task PutFileAsync(Uri target, string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        // At a megabyte a second even a slow line gets through; a dead one is noticed.
        var timeout = _settings.RequestTimeout + TimeSpan.FromSeconds(file.Length / 1_000_000.0);
        using var content = new StreamContent(file, 1 << 16);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await SendAsync(HttpMethod.Put, target, content, timeout, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _client.Dispose();
    }

    private async Task<JsonElement> CallAsync(HttpMethod method, string call, HttpContent? content, CancellationToken cancellationToken)
    {
        var uri = new Uri($"{_settings.Address}/api/2.0/mlflow/{call}");
        using var response = await SendAsync(method, uri, content, _settings.RequestTimeout, cancellationToken).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw NotMlflow(error);
        }
    }

    private MlflowException NotMlflow(Exception fault)
    {
        return new MlflowException(
            MlflowFailure.Denied, $"{_settings.Address} answers with something else than MLflow's JSON. Check MLFLOW_TRACKING_URI.",
            inner: fault);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri uri, HttpContent? content, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, uri) { Content = content };
        request.Headers.Authorization = Authorization();
        using var limit = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MlflowException(
                MlflowFailure.Unavailable, $"MLflow at {_settings.Address} did not answer within {timeout.TotalSeconds:0} s", inner: error);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw NotMlflow(error);
        }
        catch (HttpRequestException error)
        {
            throw new MlflowException(
                MlflowFailure.Unavailable, $"MLflow at {_settings.Address} cannot be reached "
                    + $"({error.GetBaseException().Message})", inner: error);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(either.Token).ConfigureAwait(false);
            throw MlflowErrors.From(_settings.Server, response, text, _time.GetUtcNow());
        }
    }

    // Basic wins over a token, as in MLflow's own client.
    private AuthenticationHeaderValue? Authorization()
    {
        if (_settings.Username is not null && _settings.Password is not null)
        {
            var both = Encoding.UTF8.GetBytes($"{_settings.Username}:{_settings.Password}");
            return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(both));
        }

        try
        {
            var token = _settings.Token ?? (_settings.TokenFile is null ? null : File.ReadAllText(_settings.TokenFile).Trim());
            return token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            throw new MlflowException(
                MlflowFailure.Denied, $"The token file of MLFLOW_TRACKING_TOKEN_FILE cannot be read: {error.Message}", inner: error);
        }
    }

    private static SocketsHttpHandler Handler(MlflowSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            // A redirected POST would become a GET: the address must be right.
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AutomaticDecompression = DecompressionMethods.All,
        };
        if (settings.ClientCertificateFile is not null)
        {
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(settings.ClientCertificateFile)];
        }

        if (settings.InsecureTls)
        {
#pragma warning disable CA5359 // What the variable asks for, in so many words.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (settings.AuthorityFile is not null)
        {
            handler.SslOptions.CertificateChainPolicy = TrustedAuthorities.Of(settings.AuthorityFile);
        }

        return handler;
    }
}
