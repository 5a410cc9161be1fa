using Xunit;

namespace Graft.Tracking.Tests;

/// <summary>One MLflow server for the tests of a class; none where MLflow is not installed, and the tests skip themselves.</summary>
public sealed class MlflowServerFixture : IAsyncLifetime
{
    private MlflowServer? server;

    internal MlflowServer Server
    {
        get
        {
            MlflowInstallation.Require();
            return server!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (MlflowInstallation.IsThere)
        {
            server = await MlflowServer.StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}
