using System.Net;
using System.Text;
using Graft.Tests;

namespace Graft.Tracking.Tests;

/// <summary>Stands before a real server: its first answers are 503 with Retry-After, and 500 to every body that holds a word.</summary>
internal sealed class FaultyProxy : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _client = new();
    private readonly Uri _server;
    private readonly string _poison;
    private int _unavailable;

    public FaultyProxy(string server, int unavailable, string poison)
    {
        _server = new Uri(server);
        _unavailable = unavailable;
        _poison = poison;
        Uri = $"http://127.0.0.1:{FreePorts.Take()}";
        _listener.Prefixes.Add(Uri + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Uri { get; }

    /// <summary>How many requests were answered with 500.</summary>
    public int Faults { get; private set; }

    public void Dispose()
    {
        _listener.Close();
        _client.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        if (_unavailable-- > 0)
        {
            context.Response.StatusCode = 503;
            context.Response.Headers["Retry-After"] = "1";
        }
        else if (body.Contains(_poison, StringComparison.Ordinal))
        {
            Faults++;
            context.Response.StatusCode = 500;
            context.Response.OutputStream.Write("{\"error_code\": \"INTERNAL_ERROR\", \"message\": \"poisoned\"}"u8);
        }
        else
        {
            using var request = new HttpRequestMessage(
                new HttpMethod(context.Request.HttpMethod), new Uri(_server, context.Request.RawUrl));
            request.Content = body.Length > 0 ? new StringContent(body, Encoding.UTF8, "application/json") : null;
            using var response = await _client.SendAsync(request);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            context.Response.OutputStream.Write(await response.Content.ReadAsByteArrayAsync());
        }

        context.Response.Close();
    }
}
