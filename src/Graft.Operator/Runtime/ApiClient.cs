using System.Net;
using System.Net.Http.Headers;
using System.Text;
using k8s;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>How fast and how patiently an <see cref="ApiClient"/> asks.</summary>
public sealed record ApiClientOptions
{
    /// <summary>Requests a second.</summary>
    public double QueriesPerSecond { get; init; } = 100;

    /// <summary>Requests that may go at once after a pause.</summary>
    public int Burst { get; init; } = 200;

    /// <summary>How long one answer may take; watches set their own time.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is sent at most where the server says "not now".</summary>
    public int Attempts { get; init; } = 8;
}

/// <summary>
/// Requests to the API server: authenticated by KubernetesClient's configuration, held to a rate of our own, repeated where the
/// server asks for it (429 and 503 with Retry-After), counted. The generated client does none of the last three.
/// </summary>
/// <remarks>
/// What the leader's controllers write goes through <see cref="FencedBy"/>. The fence alone cannot stop a request that is under way
/// when the process is paused, so the writes themselves must be harmless when they arrive late:
/// <list type="bullet">
/// <item>a status is written with the resource version that was decided on (<see cref="ResourceClient{T}.ApplyStatusAsync"/>,
/// <see cref="ResourceClient{T}.PatchStatusAsync"/>); a later write of the same decision passes what the earlier one answered;</item>
/// <item>before a Job is created or deleted for a resource, <see cref="Controllers.Confirmation"/> makes sure that the resource still
/// is what was decided on. A Job must outlive its run's end until that end is in the run's status: then either the Job's
/// deterministic name or the run's resource version stops a stale creation;</item>
/// <item>whoever leads deletes a Job that appears for a run that has ended: the one that was on its way during all that.</item>
/// </list>
/// </remarks>
public sealed class ApiClient : IDisposable
{
    private readonly Kubernetes _kubernetes;
    private readonly ApiClientOptions _options;
    private readonly RuntimeMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly TokenBucket _bucket;
    private readonly ILeadership? _fence;

    /// <summary>How long requests wait for what others leave of the rate; null where they take their turn with the others.</summary>
    private readonly TimeSpan? _givesWayFor;

    public ApiClient(KubernetesClientConfiguration configuration, ApiClientOptions options, RuntimeMetrics metrics, TimeProvider time)
    {
        // A watch lives for minutes: the time limit is set request by request below.
        configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
        _kubernetes = new Kubernetes(configuration);
        _options = options;
        _metrics = metrics;
        _time = time;
        _bucket = new TokenBucket(options.QueriesPerSecond, options.Burst, time);
    }

    private ApiClient(ApiClient shared, ILeadership? fence, TimeSpan? givesWayFor)
    {
        (_kubernetes, _options, _metrics, _time, _bucket) = (
            shared._kubernetes, shared._options, shared._metrics, shared._time, shared._bucket);
        (_fence, _givesWayFor) = (fence, givesWayFor);
    }

    /// <summary>
    /// A client over the same connections and rate that writes only while this replica leads. That is asked right before each time
    /// that a request is sent, after all waiting; and no write may take longer than until another replica could lead.
    /// </summary>
    public ApiClient FencedBy(ILeadership leadership)
    {
        return new ApiClient(this, leadership, _givesWayFor);
    }

    /// <summary>
    /// A client over the same connections and rate for what can wait: it takes what the other requests leave of the rate, and where
    /// they leave nothing, its turn after <paramref name="longest"/>.
    /// </summary>
    public ApiClient GivingWayFor(TimeSpan longest)
    {
        return new ApiClient(this, _fence, longest);
    }

    public void Dispose()
    {
        if (_fence is null && _givesWayFor is null)
        {
            _kubernetes.Dispose();
        }
    }

    /// <summary>Sends a request and returns the answer's head; the caller disposes it.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">Path and query below the server's address.</param>
    /// <param name="body">The JSON to send, if any.</param>
    /// <param name="contentType">What the JSON is: plain, a merge patch, an apply patch.</param>
    /// <param name="timeout">How long the head may take; the client's usual time without it.</param>
    /// <param name="cancellationToken">Ends the wait, and the request with it.</param>
    /// <exception cref="ApiException">The server refused.</exception>
    /// <exception cref="NotLeadingException">It is a write, and another replica might lead by now.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? body = null,
        string contentType = "application/json",
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            await (_givesWayFor is { } longest
                ? _bucket.TakeSpareAsync(longest, cancellationToken)
                : _bucket.TakeAsync(cancellationToken)).ConfigureAwait(false);
            var response = await SendOnceAsync(
                method, path, body, contentType, timeout ?? _options.Timeout, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                var pause = RetryAfter(response);
                if (pause is null || attempt >= _options.Attempts)
                {
                    throw await ErrorAsync(response, cancellationToken).ConfigureAwait(false);
                }

                await Task.Delay(pause.Value, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpMethod method, string path, string? body, string contentType, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, (Uri?)null);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("graft-operator", ThisAssembly.Version));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        }

        if (_kubernetes.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken).ConfigureAwait(false);
        }

        if (_fence is not null && method != HttpMethod.Get)
        {
            var remaining = Remaining(_fence);
            timeout = remaining < timeout ? remaining : timeout;
            // The server too: a write that waits there, for a webhook or in a queue, must not happen later.
            path += $"{(path.Contains('?') ? '&' : '?')}timeout={(long)timeout.TotalMilliseconds}ms";
        }

        request.RequestUri = new Uri(_kubernetes.BaseUri, path);
        using var limit = new CancellationTokenSource(timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var response = await _kubernetes.HttpClient
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            _metrics.ApiRequest(method, ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
            return response;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _metrics.ApiRequest(method, "<error>");
            throw new TimeoutException($"{method} {path}: no answer from the API server within {timeout.TotalSeconds:F0} s.");
        }
        catch (HttpRequestException)
        {
            _metrics.ApiRequest(method, "<error>");
            throw;
        }
    }

    private static TimeSpan Remaining(ILeadership fence)
    {
        // Asked once: between two questions the process may stand still.
        var remaining = fence.Remaining;
        return remaining > TimeSpan.Zero ? remaining : throw new NotLeadingException();
    }

    /// <summary>The pause that the server asks for; null where it does not ask, so that repeating is for the caller to decide.</summary>
    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            || response.Headers.RetryAfter is not { } asked)
        {
            return null;
        }

        var pause = asked.Delta ?? (asked.Date is { } date ? date - _time.GetUtcNow() : TimeSpan.FromSeconds(1));
        return TimeSpan.FromSeconds(Math.Clamp(pause.TotalSeconds, 0, 60));
    }

    private static async Task<ApiException> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (KubernetesJson.Deserialize<V1Status>(text) is { Message: { } message } status)
            {
                return new ApiException(response.StatusCode, status.Reason ?? "", message);
            }
        }
        catch (System.Text.Json.JsonException)
        {
            // Not the server's own answer: something between us and it spoke.
        }

        return new ApiException(response.StatusCode, "", $"HTTP {(int)response.StatusCode}: {(text.Length > 500 ? text[..500] : text)}");
    }
}
