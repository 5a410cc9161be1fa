using System.Net;
using System.Text.Json;
using Graft.Api.V1Alpha1;
using Graft.Operator.Controllers;
using Graft.Operator.Pods;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
using k8s.Models;

namespace Graft.Operator.Reports;

/// <summary>
/// <c>PUT</c> at <see cref="Graft.Api.Reporting.ReportRoute.Pattern"/>: a trainer pod says how far its run is. The pod proves
/// by its token that it is itself, and by its owners that it is this run's; it needs no permission in the cluster.
/// </summary>
public sealed class ReportEndpoint(
    TokenReviewer reviewer, ClusterCaches caches, ProgressWriter writer, WorkQueue<RunKey> queue, TimeProvider time)
{
    private const int LargestReport = 16 * 1024;
    private const double ReportsPerSecond = 2;
    private const int ReportBurst = 10;
    private const string Scheme = "Bearer ";
    private const int MostRuns = 50_000;
    private readonly SourceRates<RunKey> _rates = new(ReportsPerSecond, ReportBurst, MostRuns, time);

    /// <summary>Answers a request.</summary>
    public async Task<IResult> PutAsync(HttpContext context, RunKey key)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return Refuse(StatusCodes.Status401Unauthorized, "A report carries the pod's token: Authorization: Bearer TOKEN.");
        }

        ReportingPod? pod;
        try
        {
            pod = await PodOfAsync(header[Scheme.Length..].Trim(), context).ConfigureAwait(false);
        }
        catch (ReviewBusyException busy)
        {
            return Refuse(StatusCodes.Status429TooManyRequests, busy.Message);
        }
        catch (Exception error) when (ApiFault.Is(error))
        {
            return Refuse(StatusCodes.Status503ServiceUnavailable, $"The API server cannot be asked whose token this is: {error.Message}");
        }

        if (pod is null)
        {
            return Refuse(StatusCodes.Status401Unauthorized, $"This is no valid pod's token for the audience {GraftApi.ReportAudience}.");
        }

        if (caches.FindRun(key) is not { } run)
        {
            return Refuse(StatusCodes.Status404NotFound, $"There is no IRunResource {key}.");
        }

        if (!Belongs(pod, run))
        {
            return Refuse(StatusCodes.Status403Forbidden, $"The pod {pod.Key} does not train the IRunResource {key}.");
        }

        if (RunDecider.IsFinished(run.Status))
        {
            return Refuse(StatusCodes.Status409Conflict, $"The IRunResource {key} has ended.");
        }

        if (!_rates.TryTake(key))
        {
            return Refuse(StatusCodes.Status429TooManyRequests, $"More than {ReportsPerSecond} reports a second of one run.");
        }

        return await TakeAsync(context, key, run).ConfigureAwait(false);
    }

    /// <summary>Forgets a run that is gone.</summary>
    public void Forget(RunKey key)
    {
        _rates.Forget(key);
        writer.Forget(key);
    }

    /// <summary>
    /// The pod whose token it is. The API server is asked only about tokens that name a pod of the operator's own that is still there:
    /// neither rubbish nor the tokens of pods that are gone cost it anything.
    /// </summary>
    private async Task<ReportingPod?> PodOfAsync(string token, HttpContext context)
    {
        if (PodToken.Read(token, time.GetUtcNow()) is not { Pod: var claimed }
            || caches.Pods.Cache.Find(claimed.Key)?.Metadata.Uid != claimed.Uid)
        {
            return null;
        }

        var source = context.Connection.RemoteIpAddress ?? IPAddress.None;
        var pod = await reviewer.ReviewAsync(token, source, context.RequestAborted).ConfigureAwait(false);
        return pod == claimed ? pod : null;
    }

    private async Task<IResult> TakeAsync(HttpContext context, RunKey key, IRunResource run)
    {
        if (await ReadAsync(context.Request).ConfigureAwait(false) is not { } body)
        {
            return Refuse(StatusCodes.Status413PayloadTooLarge, $"A report has at most {LargestReport} bytes.");
        }

        try
        {
            queue.AddAfter(key, writer.Take(key, run, ReportJson.Read(body)));
            return Results.Accepted();
        }
        catch (JsonException error)
        {
            return Refuse(StatusCodes.Status400BadRequest, $"The report cannot be read: {error.Message}");
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength > LargestReport)
        {
            return null;
        }

        var buffer = new byte[LargestReport + 1];
        var length = await request.Body.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted)
            .ConfigureAwait(false);
        return length > LargestReport ? null : buffer[..length];
    }

    /// <summary>Whether the pod is the run's: pod, Job and run by their UIDs, of the plan that the run has now.</summary>
    private bool Belongs(ReportingPod reporter, IRunResource run)
    {
        if (reporter.Key.Namespace != run.Metadata.NamespaceProperty
            || caches.Pods.Cache.Find(reporter.Key) is not { } pod
            || pod.Metadata.Uid != reporter.Uid
            || Owner.Of(pod) is not { Kind: V1Job.KubeKind } owner)
        {
            return false;
        }

        return caches.Jobs.Cache.Find(new ObjectKey(reporter.Key.Namespace, owner.Name)) is { } job
            && Owner.Owns(job, pod)
            && Owner.Owns(run, job)
            && run.Status?.JobName == job.Metadata.Name;
    }

    private static IResult Refuse(int status, string why)
    {
        return Results.Json(new { error = why }, statusCode: status);
    }
}
