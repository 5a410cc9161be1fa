using CsCheck;
using Graft.Tracking.Rest;
using Xunit;

namespace Graft.Tracking.Tests;

/// <summary>The decisions of the REST client that need no server.</summary>
public sealed class MlflowDecisionTests
{
    [Fact]
    public void Waiting_doubles_up_to_a_minute_and_is_short_at_the_end()
    {
        Gen.Select(Gen.Int[1, 1000], Gen.Double[0, 0.999]).Sample(
            (attempt, jitter) =>
            {
                var delay = RetryPolicy.Delay(attempt, null, finishing: false, jitter);
                var doubled = 0.5 * Math.Pow(2, Math.Min(attempt - 1, 20));
                Assert.InRange(delay.TotalSeconds, Math.Min(doubled, 60) / 2, Math.Min(doubled, 60));
                Assert.InRange(RetryPolicy.Delay(attempt, null, finishing: true, jitter).TotalSeconds, 0.25, 2);
            },
            iter: 200);
    }

    [Fact]
    public void The_server_s_own_wish_counts_if_it_is_longer_but_not_for_ever()
    {
        Assert.Equal(TimeSpan.FromSeconds(30), RetryPolicy.Delay(1, TimeSpan.FromSeconds(30), false, 0));
        Assert.Equal(TimeSpan.FromSeconds(60), RetryPolicy.Delay(1, TimeSpan.FromHours(1), false, 0));
        Assert.Equal(TimeSpan.FromSeconds(0.25), RetryPolicy.Delay(1, TimeSpan.Zero, false, 0));
    }

    [Theory]
    [InlineData("http://m:5000", "mlflow-artifacts:/2/abc/artifacts",
        "http://m:5000/api/2.0/mlflow-artifacts/artifacts/2/abc/artifacts/a%20b/c%23.txt")]
    [InlineData("https://m/base", "mlflow-artifacts:/2/abc/artifacts",
        "https://m/base/api/2.0/mlflow-artifacts/artifacts/2/abc/artifacts/a%20b/c%23.txt")]
    [InlineData("http://m:5000", "mlflow-artifacts://m:5000/2/x", "http://m:5000/api/2.0/mlflow-artifacts/artifacts/2/x/a%20b/c%23.txt")]
    [InlineData("http://m:5000", "mlflow-artifacts://other/2/x", null)]
    [InlineData("http://m:5000", "http://m:5000/api/2.0/mlflow-artifacts/artifacts/2/x",
        "http://m:5000/api/2.0/mlflow-artifacts/artifacts/2/x/a%20b/c%23.txt")]
    [InlineData("http://m:5000", "s3://bucket/2/x", null)]
    [InlineData("http://m:5000", "file:///srv/2/x", null)]
    [InlineData("http://m:5000", "/srv/2/x", null)]
    [InlineData("http://m:5000", "", null)]
    public void Artifacts_go_through_the_server_or_nowhere(string server, string artifactUri, string? expected)
    {
        Assert.Equal(expected, ArtifactTarget.Resolve(new Uri(server), artifactUri, "a b/c#.txt")?.AbsoluteUri);
    }

    [Theory]
    [InlineData("loss", "loss")]
    [InlineData("eval/top 5:%#@", "eval/top 5:___")]
    [InlineData("/a//b/", "a/b")]
    [InlineData("../x", "__/x")]
    [InlineData("", "_")]
    [InlineData("é", "_")]
    public void Keys_become_such_as_MLflow_takes(string key, string expected)
    {
        Assert.Equal(expected, MlflowNames.Key(key));
    }

    [Fact]
    public void The_environment_of_MLflow_s_client_is_honored()
    {
        var environment = new Dictionary<string, string>
        {
            ["MLFLOW_TRACKING_USERNAME"] = "u",
            ["MLFLOW_TRACKING_PASSWORD"] = "p",
            ["MLFLOW_TRACKING_TOKEN"] = "t",
            ["MLFLOW_TRACKING_INSECURE_TLS"] = "true",
            ["MLFLOW_HTTP_REQUEST_TIMEOUT"] = "7",
            ["MLFLOW_RUN_ID"] = "abc",
            ["MLFLOW_WORKSPACE"] = "team",
        };

        var settings = MlflowSettings.FromEnvironment(new Uri("https://m/base/"), environment.GetValueOrDefault);

        Assert.Equal("https://m/base", settings.Address);
        Assert.Equal(("u", "p", "t", true, 7.0, "abc", "team"), (
            settings.Username, settings.Password, settings.Token, settings.InsecureTls, settings.RequestTimeout.TotalSeconds,
            settings.RunId, settings.Workspace));
    }

    [Theory]
    [InlineData("MLFLOW_HTTP_REQUEST_TIMEOUT", "soon")]
    [InlineData("MLFLOW_TRACKING_SERVER_CERT_PATH", "/no/such/file.pem")]
    public void A_setting_that_cannot_be_used_is_named(string variable, string value)
    {
        var fault = Assert.Throws<TrackingException>(
            () => MlflowSettings.FromEnvironment(new Uri("https://m"), name => name == variable ? value : null));

        Assert.Contains(variable, fault.Message, StringComparison.Ordinal);
        Assert.Contains(value, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("databricks://profile")]
    [InlineData("sqlite:///mlflow.db")]
    [InlineData("http://")]
    public void A_tracking_address_that_cannot_be_used_is_an_error_at_the_beginning(string uri)
    {
        using var temporary = new TemporaryFolder();

        var fault = Assert.Throws<TrackingException>(() => Opened.Tracker(temporary, change: options => options with { Uri = uri }));

        Assert.Contains(uri, fault.Message, StringComparison.Ordinal);
    }
}
