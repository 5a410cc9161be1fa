using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>A test with a namespace of its own on the real API server; skipped where that cannot be had.</summary>
[Collection(ApiServer.Collection)]
public abstract class ServerTest(ApiServer server) : IAsyncLifetime
{
    /// <summary>The API server that all tests share.</summary>
    protected ApiServer Server { get; } = server;

    /// <summary>The namespace.</summary>
    private protected Team Team { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        await Server.RequireAsync();
        Team = new Team(Server, await Server.CreateNamespaceAsync());
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
