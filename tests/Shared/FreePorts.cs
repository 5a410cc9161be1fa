using System.Net;
using System.Net.Sockets;

namespace Graft.Tests;

/// <summary>
/// TCP ports for servers that a test starts. They lie below the range of which the system gives ports to outgoing connections, and
/// none is given twice in a process, so that none is taken between the moment that it is asked for and the start of the server.
/// </summary>
internal static class FreePorts
{
    private const int First = 10000;
    private const int Count = 10000;

    // Processes beside this one begin elsewhere.
    private static int _next = Random.Shared.Next(Count);

    /// <summary>A port on which nothing listens.</summary>
    /// <param name="following">How many ports after it should be free too, and given to nobody else.</param>
    public static int Take(int following = 0)
    {
        while (true)
        {
            var last = (int)((uint)Interlocked.Add(ref _next, following + 1) % Count);
            var first = First + last - following;
            if (last >= following && Enumerable.Range(first, following + 1).All(IsFree))
            {
                return first;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
