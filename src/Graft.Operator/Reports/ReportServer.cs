using System.Security.Cryptography.X509Certificates;
using Graft.Operator.Controllers;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace Graft.Operator.Reports;

/// <summary>
/// Receives progress reports, on every replica. Where the installation names no address for pods to report to there is nothing to
/// receive, and no certificate.
/// </summary>
public sealed class ReportServer(
    IOptions<OperatorOptions> settings, ApiClient api, ClusterCaches caches, RuntimeMetrics metrics, TimeProvider time,
    ILogger<ReportServer> logger)
    : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RefreshPeriod = TimeSpan.FromHours(1);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReportAuthority? _authority;
    private ReportEndpoint? _endpoint;

    /// <summary>Done once pods can be told whom to trust.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Whom a pod that starts now should trust, as PEM; null where there are no reports.</summary>
    public string? CertificatePem => _authority?.CertificatePem;

    /// <summary>The server certificate; null until there is one.</summary>
    public X509Certificate2? ServerCertificate()
    {
        return _authority?.ServerCertificate();
    }

    /// <summary>Runs until canceled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (settings.Value.ReportUrl is not { } url)
        {
            _ready.TrySetResult();
            return;
        }

        try
        {
            var secret = new ObjectKey(settings.Value.PodNamespace, $"{settings.Value.InstanceName}-report-ca");
            _authority = new ReportAuthority(new ResourceClient<V1Secret>(api), secret, new Uri(url).Host, time);
            var queue = metrics.CreateQueue<RunKey>("progress", time);
            var writer = new ProgressWriter(api, caches, TimeSpan.FromSeconds(settings.Value.ProgressSeconds), time);
            _endpoint = new ReportEndpoint(new TokenReviewer(api, time), caches, writer, queue, time);
            var work = new Controller<RunKey>("progress", queue, writer.WriteAsync, metrics, logger).RunAsync(
                settings.Value.Workers, cancellationToken);
            await KeepAuthorityAsync(_authority, cancellationToken).ConfigureAwait(false);
            await work.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ready.TrySetCanceled(cancellationToken);
        }
    }

    /// <summary>Answers a request.</summary>
    public Task<IResult> PutAsync(HttpContext context, RunKey key)
    {
        if (!context.Request.IsHttps)
        {
            // A token must not travel in the clear, not even once.
            return Task.FromResult(Results.NotFound());
        }

        return _endpoint?.PutAsync(context, key)
            ?? Task.FromResult(Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
    }

    /// <summary>Forgets a run that is gone.</summary>
    public void Forget(RunKey key)
    {
        _endpoint?.Forget(key);
    }

    public void Dispose()
    {
        _authority?.Dispose();
    }

    /// <summary>Loads the authority, and renews it for as long as this process runs.</summary>
    private async Task KeepAuthorityAsync(ReportAuthority authority, CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = RefreshPeriod;
            try
            {
                if (await authority.RefreshAsync(cancellationToken).ConfigureAwait(false))
                {
                    logger.LogInformation("The certificate authority of progress reports was made or renewed");
                }

                _ready.TrySetResult();
            }
            catch (Exception error) when (ApiFault.Is(error))
            {
                logger.LogWarning("The Secret of the report authority: {Error}; trying again", error.Message);
                pause = _ready.Task.IsCompleted ? RefreshPeriod : Pause;
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
