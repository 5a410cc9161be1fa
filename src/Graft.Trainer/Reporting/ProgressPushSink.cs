using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Threading.Channels;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Common;

namespace Graft.Trainer.Reporting;

/// <summary>
/// Pushes the newest progress to the operator, from a thread of its own: the first at once, the next ones every few seconds. A report
/// that does not arrive is not sent again: the next one says more.
/// </summary>
public sealed class ProgressPushSink : IEventSink
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly PlanReport _target;
    private readonly TimeProvider _time;
    private readonly TextWriter _log;
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ProgressEvent> _newest = Channel.CreateBounded<ProgressEvent>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Task _loop;
    private bool _failing;

    /// <summary>Begins to push.</summary>
    /// <param name="target">Where, and with which token.</param>
    /// <param name="time">Paces the reports.</param>
    /// <param name="log">Told once when reports stop arriving, and once when they arrive again.</param>
    public ProgressPushSink(PlanReport target, TimeProvider time, TextWriter log)
    {
        _target = target;
        _time = time;
        _log = log;
        _client = new HttpClient(Handler(target.CaFile)) { Timeout = RequestTimeout };
        _loop = Task.Run(PushAsync);
    }

    public void Take(TrainerEvent told)
    {
        if (told is ProgressEvent progress)
        {
            _newest.Writer.TryWrite(progress);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        if (_newest.Reader.TryRead(out var last))
        {
            await SendAsync(last).ConfigureAwait(false);
        }

        _client.Dispose();
        _stop.Dispose();
    }

    private async Task PushAsync()
    {
        try
        {
            while (true)
            {
                await SendAsync(await _newest.Reader.ReadAsync(_stop.Token).ConfigureAwait(false)).ConfigureAwait(false);
                await Task.Delay(TimeSpan.FromSeconds(_target.IntervalSeconds), _time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task SendAsync(ProgressEvent report)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, _target.Url);
            // The kubelet renews the token; a copy from the start would expire.
            var token = await File.ReadAllTextAsync(_target.TokenFile).ConfigureAwait(false);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
            request.Content = JsonContent.Create(report, options: PlanJson.WireOptions);
            using var response = await _client.SendAsync(request).ConfigureAwait(false);
            Note(response.IsSuccessStatusCode || response.StatusCode == System.Net.HttpStatusCode.TooManyRequests
                ? null
                : $"the operator answers {(int)response.StatusCode} {response.ReasonPhrase}");
        }
        catch (Exception error) when (
            error is HttpRequestException or OperationCanceledException || FileFaults.Is(error))
        {
            Note(error.Message);
        }
    }

    private void Note(string? problem)
    {
        if (problem is not null && !_failing)
        {
            _log.WriteLine($"Progress does not reach {_target.Url}: {problem}. Training goes on; the reports go on being tried.");
        }
        else if (problem is null && _failing)
        {
            _log.WriteLine($"Progress reaches {_target.Url} again.");
        }

        _failing = problem is not null;
    }

    /// <summary>Trusts the operator's own authority and no other.</summary>
    private static SocketsHttpHandler Handler(string caFile)
    {
        var policy = File.Exists(caFile) ? TrustedAuthorities.Of(caFile) : TrustedAuthorities.None();
        return new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
            // Connections are made anew now and then, so that another replica of the operator is found.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            // What is for the operator, a token among it, goes nowhere else.
            AllowAutoRedirect = false,
            // The operator is in this cluster; a proxy that the run's environment names leads out of it.
            UseProxy = false,
        };
    }
}
