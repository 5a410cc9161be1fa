using System.Security.Cryptography.X509Certificates;
using Graft.Operator.Controllers;
using Graft.Operator.Runtime;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace Graft.Operator.Reports;

/// <summary>
/// Receives progress reports, on every replica. Where the installation names no address for pods to report to there is nothing to
/// receive, and no certificate.
/// </summary>
public sealed class ReportServer(
    IOptions<OperatorOptions> settings, ApiClient api, ClusterCaches caches, RuntimeMetrics metrics, TimeProvider time, ILogger<ReportServer> logger)
    : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReportAuthority? _authority;
    private ReportEndpoint? _endpoint;

    /// <summary>Done once pods can be told whom to trust.</summary>
    public Task Ready => _ready.Task;

    /// <summary>The authority's certificate, as PEM; null where there are no reports.</summary>
    public string? CertificatePem => _authority?.CertificatePem;

    /// <summary>The server certificate; null until there is one.</summary>
    public X509Certificate2? ServerCertificate()
    {
        return _authority?.ServerCertificate();
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (settings.Value.ReportUrl is not { } url)
        {
            _ready.TrySetResult();
            return;
        }

        try
        {
            _authority = await LoadAsync(new Uri(url).Host, cancellation).ConfigureAwait(false);
            var queue = metrics.CreateQueue<ObjectKey>("progress", time);
            var writer = new ProgressWriter(api, caches, TimeSpan.FromSeconds(settings.Value.ProgressSeconds), time);
            _endpoint = new ReportEndpoint(new TokenReviewer(api, time), caches, writer, queue, time);
            _ready.TrySetResult();
            await new Controller<ObjectKey>("progress", queue, writer.WriteAsync, metrics, logger)
                .RunAsync(settings.Value.Workers, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _ready.TrySetCanceled(cancellation);
        }
    }

    /// <summary>Answers a request.</summary>
    public Task<IResult> PutAsync(HttpContext context, string @namespace, string name)
    {
        if (!context.Request.IsHttps)
        {
            // A token must not travel in the clear, not even once.
            return Task.FromResult(Results.NotFound());
        }

        return _endpoint?.PutAsync(context, @namespace, name)
            ?? Task.FromResult(Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
    }

    /// <summary>Forgets a run that is gone.</summary>
    public void Forget(ObjectKey key)
    {
        _endpoint?.Forget(key);
    }

    public void Dispose()
    {
        _authority?.Dispose();
    }

    private async Task<ReportAuthority> LoadAsync(string host, CancellationToken cancellation)
    {
        var key = new ObjectKey(settings.Value.PodNamespace, $"{settings.Value.InstanceName}-report-ca");
        while (true)
        {
            try
            {
                return await ReportAuthority.LoadAsync(new ResourceClient<V1Secret>(api), key, host, time, cancellation)
                    .ConfigureAwait(false);
            }
            catch (Exception error) when (error is ApiException or HttpRequestException or TimeoutException)
            {
                logger.LogWarning("The Secret {Name} of the report authority: {Error}; trying again", key, error.Message);
                await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
            }
        }
    }
}
