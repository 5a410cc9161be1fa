using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Graft.Artifacts.Oci;
using Graft.Common;

namespace Graft.Artifacts.Registry;

/// <summary>Sends requests for one repository: with authorization, and again after passing failures.</summary>
internal sealed class RegistryHttp
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestWish = TimeSpan.FromSeconds(60);
    private const int MaxRedirects = 5;

    /// <summary>Bytes of any answer but a blob: four times what registries take for a manifest.</summary>
    public const int LargestAnswer = 16 << 20;

    // Clients live as long as the process: connections are shared, and none is closed under a stream that is still read.
    private static readonly ConcurrentDictionary<string, HttpClient> Clients = new();

    private readonly RegistryEndpoint _endpoint;
    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;
    private readonly RegistryAuthorization _authorization;

    public RegistryHttp(RegistryEndpoint endpoint, RegistryOptions options, TimeProvider time)
    {
        _endpoint = endpoint;
        _options = options;
        _time = time;
        _client = Clients.GetOrAdd(options.AuthorityFile ?? "", Create);
        _authorization = new RegistryAuthorization(endpoint, options, _client);
    }

    /// <summary>
    /// Sends, and sends again while the failure may pass. The caller judges every other status; without repetition also the
    /// passing failures (<see cref="IsPassing(Exception, CancellationToken)"/>).
    /// </summary>
    /// <param name="create">Makes the request, anew for each attempt.</param>
    /// <param name="retry">Whether to send again at all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="isBlob">
    /// Whether success answers with a blob, which the caller reads from the line. All else is read here: within the time of a request, and
    /// no more than <see cref="LargestAnswer"/>.
    /// </param>
    public Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> create, bool retry, CancellationToken cancellationToken, bool isBlob = false)
    {
        return SendAsync(_ => create(), retry, cancellationToken, bodyBytes: 0, isBlob);
    }

    /// <summary>As the other one does, with a body that takes its time.</summary>
    /// <param name="create">
    /// Makes the request, anew for each attempt. What it is given is to be called whenever a part of the body goes out: an answer is waited
    /// for from then on.
    /// </param>
    /// <param name="retry">Whether to send again at all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="bodyBytes">Size of the body, for which time is allowed.</param>
    /// <param name="isBlob">Whether success answers with a blob.</param>
    public async Task<HttpResponseMessage> SendAsync(
        Func<Action, HttpRequestMessage> create, bool retry, CancellationToken cancellationToken, long bodyBytes = 0, bool isBlob = false)
    {
        var start = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var wait = Backoff.Jittered(Backoff.Doubled(FirstWait, LongestWait, attempt), Random.Shared.NextDouble());
            string reason;
            try
            {
                using var silence = new SilenceWatch(_time, () => _options.Waiting?.Invoke(
                    $"Waiting for registry {_endpoint.Host} to answer (attempt {attempt}) …"));
                silence.Begin();
                var response = await SendAuthorizedAsync(() => create(silence.Begin), bodyBytes, isBlob, cancellationToken)
                    .ConfigureAwait(false);
                wait = Longer(wait, response.Headers.RetryAfter?.Delta);
                if (!retry || !IsPassing(response.StatusCode) || _time.GetElapsedTime(start) + wait >= _options.RetryTime)
                {
                    return response;
                }

                reason = $"Registry {_endpoint.Host} answers {(int)response.StatusCode}.";
                response.Dispose();
            }
            catch (Exception error) when (retry && IsPassing(error, cancellationToken))
            {
                reason = RegistryFaults.Describe(_endpoint, _options, error);
                var isThere = error is TokenServiceException { IsBusy: true };
                var patience = RegistryFaults.NeedsChange(error) ? TimeSpan.Zero
                    : isThere ? _options.RetryTime
                    : _options.UnreachableTime ?? _options.RetryTime;
                if (_time.GetElapsedTime(start) + wait >= patience)
                {
                    throw new ArtifactException(reason, error, ArtifactFailure.Unavailable);
                }
            }

            if (_time.GetElapsedTime(start) + wait >= SilenceWatch.Longest)
            {
                _options.Waiting?.Invoke(string.Create(
                    CultureInfo.InvariantCulture, $"{reason} Attempt {attempt + 1} comes in {wait.TotalSeconds:0.#} s …"));
            }

            await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Watches a blob that comes from the line: says what is waited for where nothing more comes.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="arrived">How many of its bytes are here.</param>
    public SilenceWatch Watch(Descriptor blob, Func<long> arrived) => new(_time, () => _options.Waiting?.Invoke(
        $"Waiting for registry {_endpoint.Host} to go on: {arrived()} of {blob.Size} bytes of blob {blob.Digest} are here …"));

    /// <summary>Whether the failure of a transfer can pass.</summary>
    public static bool IsPassing(Exception fault, CancellationToken cancellationToken)
    {
        return fault is HttpRequestException or IOException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested);
    }

    /// <summary>The exception for an answer that is no success.</summary>
    public async Task<ArtifactException> RefusalAsync(HttpResponseMessage response, string what, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        var advice = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized when _options.DockerConfigFile is null => " It wants credentials: give a .dockerconfigjson.",
            HttpStatusCode.Unauthorized => $" It does not take the credentials in '{_options.DockerConfigFile}' for {_endpoint.Host}.",
            HttpStatusCode.Forbidden => " The credentials lack the permission.",
            HttpStatusCode.NotFound when text.Contains("NAME_", StringComparison.Ordinal) =>
                " It does not make that repository by itself: create it, or name another one.",
            HttpStatusCode.BadRequest when _options.PlainHttp && text.Contains("HTTPS", StringComparison.OrdinalIgnoreCase) =>
                " It speaks TLS: switch plain HTTP off.",
            HttpStatusCode.RequestEntityTooLarge => " A proxy in front of it limits the size of requests.",
            _ when IsPassing(response.StatusCode) => " It is there, but does not serve at the moment: try again later.",
            _ => "",
        };
        return new ArtifactException(
            $"Registry {_endpoint.Host} answers {status} to {what} in {_endpoint.Repository}{Errors(text)}.{advice}",
            IsPassing(response.StatusCode) ? ArtifactFailure.Unavailable : ArtifactFailure.Refused);
    }

    private async Task<HttpResponseMessage> SendAuthorizedAsync(
        Func<HttpRequestMessage> create, long bodyBytes, bool isBlob, CancellationToken cancellationToken)
    {
        Uri? redirected = null;
        var answered = false;
        for (var redirects = 0; ;)
        {
            using var request = create();
            request.RequestUri = redirected ?? request.RequestUri!;
            // A mirror or object store that the registry sends to must not see the registry's credentials, nor ask for them.
            var isOwn = _endpoint.IsOwn(request.RequestUri);
            request.Headers.Authorization = isOwn ? _authorization.Header : null;

            // At a quarter of a megabyte a second even a slow line gets through; a dead one is noticed.
            using var limit = new CancellationTokenSource(_options.RequestTime + TimeSpan.FromSeconds(bodyBytes / 250_000.0), _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            if (redirects < MaxRedirects && Redirection(request, response) is { } next)
            {
                redirects++;
                redirected = next;
            }
            else if (isOwn && !answered && response.StatusCode == HttpStatusCode.Unauthorized
                && await _authorization.AnswerAsync(response, either.Token).ConfigureAwait(false))
            {
                answered = true;
            }
            else
            {
                // The answer to HEAD has no body, and the length of what it tells of in its header.
                if (request.Method != HttpMethod.Head && (!isBlob || !response.IsSuccessStatusCode))
                {
                    await ReadAsync(response, either.Token).ConfigureAwait(false);
                }

                return response;
            }

            response.Dispose();
        }
    }

    /// <summary>Reads the whole answer; one that does not end must take neither the memory nor the time of the process.</summary>
    private async Task ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            response.Dispose();
            if (RegistryFaults.IsTooLong(error))
            {
                throw new ArtifactException(
                    $"Registry {_endpoint.Host} answers with more than {LargestAnswer >> 20} MiB where a registry's answers are short. Check the address.",
                    error,
                    ArtifactFailure.Refused);
            }

            // A canceled read may end as a broken connection.
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>Where an answer sends the same request to; null where it sends nowhere, or from TLS to none.</summary>
    private static Uri? Redirection(HttpRequestMessage request, HttpResponseMessage response)
    {
        // 301 to 303 change the method of anything but a question.
        var isQuestion = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head;
        if ((int)response.StatusCode is not (307 or 308) && !(isQuestion && (int)response.StatusCode is 301 or 302 or 303))
        {
            return null;
        }

        var next = Uri.TryCreate(request.RequestUri!, response.Headers.Location, out var target) ? target : null;
        return next is { Scheme: "https" } || (next is { Scheme: "http" } && request.RequestUri!.Scheme == "http") ? next : null;
    }

    private static TimeSpan Longer(TimeSpan wait, TimeSpan? wish)
    {
        var asked = wish is { } time && time > wait ? time : wait;
        return asked < LongestWish ? asked : LongestWish;
    }

    /// <summary>Whether a status says that the registry is there, but not ready.</summary>
    public static bool IsPassing(HttpStatusCode status)
    {
        return status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;
    }

    private static string Errors(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var messages = document.RootElement.GetProperty("errors").EnumerateArray()
                .Select(error => $"{error.GetProperty("code").GetString()} "
                    + $"{(error.TryGetProperty("message", out var message) ? message.GetString() : "")}".Trim());
            return $" ({string.Join("; ", messages)})";
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "";
        }
    }

    private static HttpClient Create(string authorityFile)
    {
        var handler = new SocketsHttpHandler
        {
            // Followed one by one above: credentials, and the body of a request for a token, stay with the host that they are for.
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (authorityFile.Length > 0)
        {
            handler.SslOptions.CertificateChainPolicy = TrustedAuthorities.Of(authorityFile);
        }

        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LargestAnswer };
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"graft/{typeof(RegistryHttp).Assembly.GetName().Version?.ToString(3)}");
        return client;
    }
}
