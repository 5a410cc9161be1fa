using Xunit;

namespace Graft.Tracking.Tests;

/// <summary>One MLflow server for several classes of tests; none where MLflow is not installed, and the tests skip themselves.</summary>
public sealed class MlflowServerFixture : IAsyncLifetime
{
    private MlflowServer? _server;

    internal MlflowServer Server
    {
        get
        {
            MlflowInstallation.Require();
            return _server!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (MlflowInstallation.IsThere)
        {
            _server = await MlflowServer.StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

/// <summary>The tests that share the server; one after the other, because some of them freeze it.</summary>
[CollectionDefinition(Name)]
public sealed class MlflowServerTests : ICollectionFixture<MlflowServerFixture>
{
    public const string Name = "MLflow server";
}
