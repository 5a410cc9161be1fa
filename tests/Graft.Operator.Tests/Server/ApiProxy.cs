using System.Collections.Concurrent;
using System.Net;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>What a proxy does with a request.</summary>
internal enum ProxyVerdict
{
    Forward,

    /// <summary>Answers 429 and asks for a pause.</summary>
    AskToWait,

    /// <summary>Keeps the request and forwards it once <see cref="ApiProxy.Release"/> is called, whatever became of its sender.</summary>
    Hold,
}

/// <summary>
/// A proxy before the API server that makes requests slow or breaks them, as priority and fairness, webhooks and networks do.
/// </summary>
internal sealed class ApiProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Kubernetes _server;
    private readonly TimeSpan _retryAfter;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _stopped = new();
    private readonly ConcurrentQueue<HttpStatusCode> _late = new();
    private CancellationTokenSource _cut = new();

    private ApiProxy(WebApplication app, Kubernetes server, TimeSpan retryAfter)
    {
        (_app, _server, _retryAfter) = (app, server, retryAfter);
    }

    /// <summary>What to do with a request; forwards everything at first.</summary>
    public Func<HttpRequest, ProxyVerdict> Decide { get; set; } = _ => ProxyVerdict.Forward;

    /// <summary>The requests that were not forwarded at once.</summary>
    public IReadOnlyCollection<string> Stopped => _stopped;

    /// <summary>What the server answered to requests that were held.</summary>
    public IReadOnlyCollection<HttpStatusCode> Late => _late;

    /// <summary>A kubeconfig whose server this proxy is.</summary>
    public required string Kubeconfig { get; init; }

    public static async Task<ApiProxy> StartAsync(ApiServer server, TimeSpan retryAfter)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        ApiProxy? proxy = null;
        app.Run(context => proxy!.AnswerAsync(context));
        await app.StartAsync(TestContext.Current.CancellationToken);
        var file = Path.Combine(Path.GetTempPath(), $"graft-proxy-{Guid.NewGuid():N}.kubeconfig");
        await File.WriteAllTextAsync(file, TokenKubeconfig.For(app.Urls.Single()), TestContext.Current.CancellationToken);
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(server.Kubeconfig);
        configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
        return proxy = new ApiProxy(app, new Kubernetes(configuration), retryAfter) { Kubeconfig = file };
    }

    /// <summary>Forwards what was held, and everything from now on.</summary>
    public void Release()
    {
        Decide = _ => ProxyVerdict.Forward;
        _released.TrySetResult();
    }

    /// <summary>Breaks every connection with a request under way, watches among them.</summary>
    public void Cut()
    {
        Interlocked.Exchange(ref _cut, new CancellationTokenSource()).Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        await _app.DisposeAsync();
        _server.Dispose();
        _cut.Dispose();
        File.Delete(Kubeconfig);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        // A token, since Cut may come when the context has just been given back.
        using var sender = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, Volatile.Read(ref _cut).Token);
        try
        {
            await ForwardAsync(context, sender.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
    }

    private async Task ForwardAsync(HttpContext context, CancellationToken sender)
    {
        // Read before anything else: a request that is held has left its sender.
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, sender);
        var verdict = Decide(context.Request);
        if (verdict != ProxyVerdict.Forward)
        {
            _stopped.Enqueue($"{context.Request.Method} {context.Request.Path}");
        }

        if (verdict == ProxyVerdict.AskToWait)
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = ((int)_retryAfter.TotalSeconds).ToString(
                System.Globalization.CultureInfo.InvariantCulture);
            return;
        }

        if (verdict == ProxyVerdict.Hold)
        {
            await _released.Task;
        }

        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method), new Uri(_server.BaseUri, context.Request.Path + context.Request.QueryString));
        request.Headers.Accept.ParseAdd("application/json");
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        var gone = verdict == ProxyVerdict.Hold ? CancellationToken.None : sender;
        using var answer = await _server.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, gone);
        if (verdict == ProxyVerdict.Hold)
        {
            _late.Enqueue(answer.StatusCode);
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        await context.Response.StartAsync(sender);
        await using var stream = await answer.Content.ReadAsStreamAsync(sender);
        await stream.CopyToAsync(context.Response.Body, sender);
    }
}
