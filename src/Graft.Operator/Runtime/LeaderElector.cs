using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>The times of a leader election; the defaults are those of Kubernetes' own components.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>How long the others wait after the leader was last heard of.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the leader tries to be heard before it stops leading; shorter, so that two never lead.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause between tries.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>Whether this replica may write.</summary>
public interface ILeadership
{
    /// <summary>
    /// How long a write that begins now may take: until another replica might lead. Zero where none may begin, even before this
    /// replica has noticed that it does not lead.
    /// </summary>
    TimeSpan Remaining { get; }
}

/// <summary>
/// Leads while it holds a Lease. When it cannot renew in time it cancels what it leads and waits for that to end; when stopped it
/// gives the lease back, so that the next one need not wait. Other replicas' clocks do not matter: only how long the lease has not
/// changed is measured, with our own.
/// </summary>
public sealed class LeaderElector(
    ResourceClient<V1Lease> leases,
    ObjectKey lease,
    string identity,
    LeaderElectionOptions options,
    RuntimeMetrics metrics,
    TimeProvider time,
    ILogger logger) : ILeadership
{
    private string? _toldHolder;
    private V1Lease? _seen;
    private long _seenAt;
    private volatile Moment _renewed = new(0, default);
    private volatile bool _leads;

    /// <summary>
    /// A write may begin while the lease was renewed within the deadline, and may last until the lease runs out: the difference is
    /// what a write has at least.
    /// </summary>
    public TimeSpan Remaining
    {
        get
        {
            var since = _renewed.Elapsed(time);
            return _leads && since < options.RenewDeadline ? options.LeaseDuration - since : TimeSpan.Zero;
        }
    }

    /// <summary>Who leads, for people: this replica, or the one that it waits for.</summary>
    public string Standing =>
        Remaining > TimeSpan.Zero ? "this replica leads" : $"{_toldHolder ?? "nobody yet"} leads by the lease {lease}";

    /// <summary>Waits for the lease and leads once.</summary>
    /// <param name="lead">What the leader does, until its token is canceled.</param>
    /// <param name="cancellationToken">Stops waiting and leading.</param>
    /// <returns>Whether the lease was lost; false where leading ended because it was canceled.</returns>
    public async Task<bool> RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        try
        {
            while (!await TryAsync(cancellationToken).ConfigureAwait(false))
            {
                await Task.Delay(options.RetryPeriod, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        logger.LogInformation("{Identity} leads", identity);
        _leads = true;
        metrics.Leads(lease.Name, true);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = lead(leading.Token);
        var renewal = RenewUntilLostAsync(leading.Token);
        try
        {
            await Task.WhenAny(work, renewal).ConfigureAwait(false);
        }
        finally
        {
            _leads = false;
            metrics.Leads(lease.Name, false);
            await leading.CancelAsync().ConfigureAwait(false);
        }

        await work.ConfigureAwait(false);
        var lost = await renewal.ConfigureAwait(false);
        if (lost)
        {
            logger.LogError(
                "{Identity} no longer leads: the lease could not be renewed within {Deadline}", identity, options.RenewDeadline);
        }
        else
        {
            await ReleaseAsync().ConfigureAwait(false);
        }

        return lost;
    }

    private async Task<bool> RenewUntilLostAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await Task.Delay(options.RetryPeriod, time, cancellationToken).ConfigureAwait(false);
                if (!await TryAsync(cancellationToken).ConfigureAwait(false) && _renewed.Elapsed(time) >= options.RenewDeadline)
                {
                    return true;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    /// <summary>One try to take or renew the lease.</summary>
    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.RetryPeriod, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Counted from before the request: the server may have renewed it that early, never earlier.
            var asked = Moment.Now(time);
            if (!await TakeAsync(linked.Token).ConfigureAwait(false))
            {
                return false;
            }

            _renewed = asked;
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("The lease {Lease}: no answer within {Period}", lease, options.RetryPeriod);
        }
        catch (Exception error) when (ApiFault.Is(error))
        {
            logger.LogWarning("The lease {Lease}: {Error}", lease, error.Message);
        }

        return false;
    }

    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var current = await leases.FindAsync(lease, cancellationToken).ConfigureAwait(false);
        if (current is null)
        {
            Remember(await leases.CreateAsync(
                new V1Lease
                {
                    Metadata = new V1ObjectMeta { Name = lease.Name, NamespaceProperty = lease.Namespace },
                    Spec = Held(now, acquired: now, transitions: 0),
                },
                "graft.dev/operator",
                cancellationToken).ConfigureAwait(false));
            return true;
        }

        if (_seen?.Metadata.ResourceVersion != current.Metadata.ResourceVersion)
        {
            Remember(current);
        }

        var holder = current.Spec?.HolderIdentity;
        var mine = holder == identity;
        var duration = TimeSpan.FromSeconds(current.Spec?.LeaseDurationSeconds ?? options.LeaseDuration.TotalSeconds);
        if (!mine && !string.IsNullOrEmpty(holder) && time.GetElapsedTime(_seenAt) < duration)
        {
            Tell(holder);
            return false;
        }

        var transitions = current.Spec?.LeaseTransitions ?? 0;
        current.Spec = mine
            ? Held(now, current.Spec!.AcquireTime ?? now, transitions)
            : Held(now, now, transitions + 1);
        Remember(await leases.ReplaceAsync(current, cancellationToken).ConfigureAwait(false));
        return true;
    }

    /// <summary>Says whom this replica waits for, once for each: one that waits is as quiet as one that is broken.</summary>
    private void Tell(string holder)
    {
        if (!_leads && _toldHolder != holder)
        {
            _toldHolder = holder;
            logger.LogInformation("{Identity} waits: {Holder} leads by the lease {Lease}", identity, holder, lease);
        }
    }

    private V1LeaseSpec Held(DateTime now, DateTime acquired, int transitions)
    {
        return new V1LeaseSpec
        {
            HolderIdentity = identity,
            LeaseDurationSeconds = (int)Math.Ceiling(options.LeaseDuration.TotalSeconds),
            AcquireTime = acquired,
            RenewTime = now,
            LeaseTransitions = transitions,
        };
    }

    private void Remember(V1Lease current)
    {
        _seen = current;
        _seenAt = time.GetTimestamp();
    }

    private async Task ReleaseAsync()
    {
        if (_seen is not { Spec: { } spec } current || spec.HolderIdentity != identity)
        {
            return;
        }

        using var limit = new CancellationTokenSource(options.RetryPeriod, time);
        try
        {
            current.Spec = new V1LeaseSpec
            {
                HolderIdentity = "",
                LeaseDurationSeconds = 1,
                AcquireTime = spec.AcquireTime,
                RenewTime = time.GetUtcNow().UtcDateTime,
                LeaseTransitions = spec.LeaseTransitions,
            };
            await leases.ReplaceAsync(current, limit.Token).ConfigureAwait(false);
            logger.LogInformation("{Identity} gave the lease back", identity);
        }
        catch (Exception error) when (ApiFault.Is(error) || error is OperationCanceledException)
        {
            logger.LogInformation("The lease could not be given back: {Error}; it runs out by itself", error.Message);
        }
    }

    /// <summary>
    /// A point in time by both clocks. The monotonic one goes on while a process is stopped, but stands still while its machine sleeps
    /// or is moved; the other one may be set back. Whichever went further is believed: that is the careful side.
    /// </summary>
    private sealed record Moment(long Timestamp, DateTimeOffset At)
    {
        public static Moment Now(TimeProvider time)
        {
            return new Moment(time.GetTimestamp(), time.GetUtcNow());
        }

        public TimeSpan Elapsed(TimeProvider time)
        {
            var monotonic = time.GetElapsedTime(Timestamp);
            var wall = time.GetUtcNow() - At;
            return monotonic > wall ? monotonic : wall;
        }
    }
}
