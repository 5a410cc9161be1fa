using System.Net;
using Graft.Operator.Reports;
using Microsoft.AspNetCore.Connections;
using Xunit;

namespace Graft.Operator.Tests.Reports;

/// <summary>How many connections are held at once, in all and from one address.</summary>
public sealed class ConnectionLimitTests
{
    private readonly List<TaskCompletionSource> _held = [];

    [Fact]
    public async Task One_address_has_so_many_and_no_more_until_one_of_its_own_ends()
    {
        var limit = new ConnectionLimit(most: 10, mostOfOne: 2);
        var first = Open(limit, "10.0.0.1");
        var second = Open(limit, "10.0.0.1");
        var third = Open(limit, "10.0.0.1");
        var other = Open(limit, "10.0.0.2");
        Assert.True(third.IsCompletedSuccessfully);
        Assert.Equal(3, _held.Count);
        Assert.False(first.IsCompleted || second.IsCompleted || other.IsCompleted);

        _held[0].SetResult();
        await first;
        Assert.False(Open(limit, "10.0.0.1").IsCompleted);
        Assert.True(Open(limit, "10.0.0.1").IsCompleted);
    }

    [Fact]
    public async Task All_together_have_so_many_and_no_more_until_one_ends()
    {
        var limit = new ConnectionLimit(most: 3, mostOfOne: 2);
        var open = Enumerable.Range(1, 3).Select(address => Open(limit, $"10.0.0.{address}")).ToList();
        Assert.True(Open(limit, "10.0.0.4").IsCompletedSuccessfully);
        Assert.Equal(3, _held.Count);

        _held[1].SetResult();
        await open[1];
        Assert.False(Open(limit, "10.0.0.4").IsCompleted);
    }

    [Fact]
    public async Task A_connection_that_fails_counts_no_longer()
    {
        var limit = new ConnectionLimit(most: 1, mostOfOne: 1);
        var failing = Open(limit, "10.0.0.1");
        _held[0].SetException(new ConnectionResetException("gone"));
        await Assert.ThrowsAsync<ConnectionResetException>(() => failing);
        Assert.False(Open(limit, "10.0.0.1").IsCompleted);
    }

    /// <summary>A connection that is held until the test ends it; ended already where it was not admitted.</summary>
    private Task Open(ConnectionLimit limit, string address)
    {
        var connection = new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 40000) };
        return limit.HandleAsync(connection, _ =>
        {
            _held.Add(new TaskCompletionSource());
            return _held[^1].Task;
        });
    }
}
