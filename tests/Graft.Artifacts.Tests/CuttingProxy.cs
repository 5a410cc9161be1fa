using System.Net;
using System.Net.Sockets;

namespace Graft.Artifacts.Tests;

/// <summary>
/// A bad line to a server: forwards TCP, and cuts connections after so many bytes, as often as told, or lets nothing more through.
/// </summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly long _upstreamBytes;
    private readonly long _downstreamBytes;
    private readonly TaskCompletionSource? _release;
    private int _cuts;

    /// <param name="serverPort">Port of the server on loopback.</param>
    /// <param name="cuts">How many connections are cut.</param>
    /// <param name="upstreamBytes">Bytes to the server after which one is cut.</param>
    /// <param name="downstreamBytes">Bytes from the server after which one is cut.</param>
    /// <param name="release">Where it is given, connections are not cut but stand still until it is set.</param>
    public CuttingProxy(
        int serverPort,
        int cuts,
        long upstreamBytes = long.MaxValue,
        long downstreamBytes = long.MaxValue,
        TaskCompletionSource? release = null)
    {
        _release = release;
        _serverPort = serverPort;
        _cuts = cuts;
        _upstreamBytes = upstreamBytes;
        _downstreamBytes = downstreamBytes;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>How many connections were cut.</summary>
    public int Cut { get; private set; }

    public void Dispose()
    {
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort);
            // The first direction that ends, or reaches its limit, takes the connection down.
            await Task.WhenAny(
                CopyAsync(client, server, _upstreamBytes),
                CopyAsync(server, client, _downstreamBytes));
            client.LingerState = new LingerOption(true, 0);
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, long limit)
    {
        var buffer = new byte[16384];
        var copied = 0L;
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is var count and > 0)
            {
                copied += count;
                if (copied > limit && Interlocked.Decrement(ref _cuts) >= 0)
                {
                    Cut++;
                    if (_release is null)
                    {
                        return;
                    }

                    await _release.Task;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The other direction was cut.
        }
    }
}
