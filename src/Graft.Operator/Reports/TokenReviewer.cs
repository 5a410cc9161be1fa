using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Graft.Api.V1Alpha1;
using Graft.Operator.Controllers;
using Graft.Operator.Runtime;
using k8s.Models;

namespace Graft.Operator.Reports;

/// <summary>The pod that a token was made for.</summary>
public sealed record ReportingPod(ObjectKey Key, string Uid);

/// <summary>
/// Asks the API server whose token it is that a report carries: only tokens with Graft's own audience, bound to a pod, count. Answers
/// are kept for a while, as a token is sent every few seconds; questions are rationed, as anyone can send rubbish.
/// </summary>
public sealed class TokenReviewer(ApiClient api, TimeProvider time)
{
    private const string PodNameExtra = "authentication.kubernetes.io/pod-name";
    private const string PodUidExtra = "authentication.kubernetes.io/pod-uid";
    private const string AccountPrefix = "system:serviceaccount:";
    private const int MostAnswers = 20000;
    private const int MostSources = 20000;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly ResourceClient<V1TokenReview> _reviews = new(api);
    private readonly TokenBucket _questions = new(rate: 50, burst: 200, time);
    private readonly SourceRates<IPAddress> _sources = new(rate: 5, burst: 50, MostSources, time);
    private readonly ConcurrentDictionary<string, Answer> _answers = new();

    /// <summary>The pod whose token it is; null where it is no such token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="source">Whence it came: one address does not use up what is there for all.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <exception cref="ReviewBusyException">Too many unknown tokens came at once.</exception>
    public async Task<ReportingPod?> ReviewAsync(string token, IPAddress source, CancellationToken cancellationToken)
    {
        // Not the token itself: what is kept in memory for long should open no door.
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_answers.TryGetValue(key, out var known) && time.GetElapsedTime(known.At) < Memory)
        {
            return known.Pod;
        }

        if (!_sources.TryTake(source) || !_questions.TryTake())
        {
            throw new ReviewBusyException();
        }

        Forget();
        var review = await _reviews.CreateAsync(
            new V1TokenReview
            {
                Metadata = new V1ObjectMeta(),
                Spec = new V1TokenReviewSpec { Token = token, Audiences = [GraftApi.ReportAudience] },
            },
            StatusWriter.FieldManager,
            cancellationToken).ConfigureAwait(false);
        var pod = PodOf(review.Status);
        _answers[key] = new Answer(pod, time.GetTimestamp());
        return pod;
    }

    private static ReportingPod? PodOf(V1TokenReviewStatus? status)
    {
        if (status is not { Authenticated: true, User: { Username: { } account, Extra: { } extra } }
            || status.Audiences?.Contains(GraftApi.ReportAudience) != true
            || !account.StartsWith(AccountPrefix, StringComparison.Ordinal)
            || !extra.TryGetValue(PodNameExtra, out var names)
            || !extra.TryGetValue(PodUidExtra, out var uids))
        {
            return null;
        }

        var @namespace = account[AccountPrefix.Length..].Split(':')[0];
        return new ReportingPod(new ObjectKey(@namespace, names[0]), uids[0]);
    }

    private void Forget()
    {
        if (_answers.Count < MostAnswers)
        {
            return;
        }

        foreach (var old in _answers.Where(answer => time.GetElapsedTime(answer.Value.At) >= Memory).Select(answer => answer.Key).ToList())
        {
            _answers.TryRemove(old, out _);
        }
    }

    private sealed record Answer(ReportingPod? Pod, long At);
}

/// <summary>Too many unknown tokens came at once; try again in a moment.</summary>
public sealed class ReviewBusyException() : Exception("Too many unknown tokens at once.");
