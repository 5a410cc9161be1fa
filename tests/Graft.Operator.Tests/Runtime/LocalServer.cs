using System.Collections.Concurrent;
using Graft.Operator.Runtime;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Prometheus;
using Xunit;

namespace Graft.Operator.Tests.Runtime;

/// <summary>A server on this machine that answers as a test says, and a client of it on the test's clock.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LocalServer(WebApplication app)
    {
        _app = app;
    }

    /// <summary>What it answers.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    /// <summary>The requests that it has received: method, path, query.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static async Task<LocalServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new LocalServer(app);
        app.Run(context =>
        {
            server.Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            return server.Answer(context);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ApiClient Client(TimeProvider time, ApiClientOptions? options = null)
    {
        return new ApiClient(
            new KubernetesClientConfiguration { Host = _app.Urls.Single() },
            options ?? new ApiClientOptions(),
            new RuntimeMetrics(Metrics.NewCustomRegistry()),
            time);
    }

    public ValueTask DisposeAsync()
    {
        return _app.DisposeAsync();
    }
}
