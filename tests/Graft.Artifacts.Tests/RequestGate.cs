using System.Collections.Concurrent;
using System.Net;
using Graft.Tests;

namespace Graft.Artifacts.Tests;

/// <summary>A request as it passes a <see cref="RequestGate"/>.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path, without query.</param>
/// <param name="Authorization">Its credentials, if it carries any.</param>
internal sealed record PassingRequest(string Method, string Path, string? Authorization)
{
    public override string ToString()
    {
        return $"{Method} {Path}";
    }
}

/// <summary>Stands before a registry: sees each request, answers in its place, and says when one has been carried out.</summary>
internal sealed class RequestGate : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly int _serverPort;

    /// <param name="serverPort">The port of the registry on loopback; nothing is forwarded with 0.</param>
    /// <param name="hostName">The host name of the gate.</param>
    public RequestGate(int serverPort, string hostName = "127.0.0.1")
    {
        _serverPort = serverPort;
        Host = $"{hostName}:{FreePorts.Take()}";
        _listener.Prefixes.Add($"http://{Host}/");
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Host { get; }

    /// <summary>Every request so far.</summary>
    public ConcurrentQueue<PassingRequest> Requests { get; } = [];

    /// <summary>Answers a request in the registry's place by returning true.</summary>
    public Func<PassingRequest, HttpListenerResponse, bool>? Answer { get; set; }

    /// <summary>Told before the registry gets a request.</summary>
    public Action<PassingRequest>? Before { get; set; }

    /// <summary>Told when the registry has answered, before the asker gets the answer.</summary>
    public Action<PassingRequest>? After { get; set; }

    public void Dispose()
    {
        _listener.Close();
        _client.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.GetContextAsync());
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        try
        {
            var request = new PassingRequest(
                context.Request.HttpMethod, context.Request.Url!.AbsolutePath, context.Request.Headers["Authorization"]);
            Requests.Enqueue(request);
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            if (Answer?.Invoke(request, context.Response) != true)
            {
                Before?.Invoke(request);
                await ForwardAsync(context, request, body.ToArray());
            }

            context.Response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException or HttpRequestException)
        {
            // Whoever asked is gone.
            context.Response.Abort();
        }
    }

    private async Task ForwardAsync(HttpListenerContext context, PassingRequest request, byte[] body)
    {
        using var forwarded = new HttpRequestMessage(
            new HttpMethod(request.Method), $"http://127.0.0.1:{_serverPort}{context.Request.RawUrl}");
        forwarded.Content = request.Method is "GET" or "HEAD" ? null : new ByteArrayContent(body);
        foreach (var name in context.Request.Headers.AllKeys.OfType<string>().Where(name => name is not ("Host" or "Content-Length")))
        {
            if (!forwarded.Headers.TryAddWithoutValidation(name, context.Request.Headers[name]))
            {
                forwarded.Content?.Headers.TryAddWithoutValidation(name, context.Request.Headers[name]);
            }
        }

        using var answer = await _client.SendAsync(forwarded);
        var content = await answer.Content.ReadAsByteArrayAsync();
        After?.Invoke(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(
            header => header.Key is not ("Content-Length" or "Transfer-Encoding")))
        {
            context.Response.Headers[name] = string.Join(", ", values);
        }

        if (request.Method != "HEAD")
        {
            context.Response.ContentLength64 = content.Length;
            await context.Response.OutputStream.WriteAsync(content);
        }
    }
}
