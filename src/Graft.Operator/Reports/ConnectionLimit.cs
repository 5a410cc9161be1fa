using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Graft.Operator.Reports;

/// <summary>
/// Bounds the connections of one port, in all and from one address, so that whoever holds many open neither uses up the operator's
/// memory nor keeps its probes from being answered.
/// </summary>
/// <param name="most">Connections in all.</param>
/// <param name="mostOfOne">Connections from one address.</param>
public sealed class ConnectionLimit(int most, int mostOfOne)
{
    private readonly ConcurrentDictionary<IPAddress, int> _open = new();
    private int _all;

    /// <summary>Handles a connection with the next in line, or ends it at once.</summary>
    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        try
        {
            if (Interlocked.Increment(ref _all) > most | _open.AddOrUpdate(address, 1, (_, open) => open + 1) > mostOfOne)
            {
                connection.Abort();
                return;
            }

            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _all);
            if (_open.AddOrUpdate(address, 0, (_, open) => open - 1) == 0)
            {
                _open.TryRemove(KeyValuePair.Create(address, 0));
            }
        }
    }
}
