using Graft.Api.V1Alpha1;
using Graft.Operator.Controllers;
using Graft.Operator.Runtime;
using Graft.Operator.Tests.Runtime;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Graft.Operator.Tests.Controllers;

/// <summary>Before what decisions the API server is asked whether they are out of date.</summary>
public sealed class ConfirmationTests
{
    private const string Beginning = "100";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("101", null, false)]
    [InlineData("100", null, true)]
    [InlineData("99", null, true)]
    [InlineData("9", null, true)]
    [InlineData("101", "sha256:1", true)]
    [InlineData("no number", null, true)]
    public async Task Only_a_run_without_a_plan_that_is_younger_than_the_leadership_is_taken_as_it_is(
        string version, string? planHash, bool asked)
    {
        await using var server = await ServerAsync(version);
        using var client = server.Client(_time);
        var confirmation = new Confirmation(client, new WriteExpectations(_time, Patience));
        await confirmation.BeginAsync("team", Cancellation);
        server.Requests.Clear();

        await confirmation.AskAsync(Run(version, planHash), Cancellation);
        Assert.Equal(asked ? 1 : 0, server.Requests.Count);
    }

    [Fact]
    public async Task A_run_of_which_a_write_has_not_been_seen_is_asked_for_however_long_ago_it_was()
    {
        await using var server = await ServerAsync("101");
        using var client = server.Client(_time);
        var expectations = new WriteExpectations(_time, Patience);
        var confirmation = new Confirmation(client, expectations);
        await confirmation.BeginAsync("team", Cancellation);
        var (run, key) = (Run("101"), ObjectKey.Of(Run("101")));
        expectations.Wrote(Run("102"));
        _time.Advance(Patience * 2);
        Assert.True(expectations.Fulfilled(key, run));
        server.Requests.Clear();

        await confirmation.AskAsync(run, Cancellation);
        Assert.Single(server.Requests);
        Assert.True(expectations.Fulfilled(key, Run("102")));
        await confirmation.AskAsync(Run("102"), Cancellation);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Without_knowing_when_the_leadership_began_every_run_is_asked_for()
    {
        await using var server = await ServerAsync("101");
        using var client = server.Client(_time);
        var confirmation = new Confirmation(client, new WriteExpectations(_time, Patience));
        server.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        };
        await confirmation.BeginAsync("team", Cancellation);

        await Assert.ThrowsAsync<ApiException>(() => confirmation.AskAsync(Run("101"), Cancellation));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("uid", "100")]
    [InlineData("another", "99")]
    public async Task What_has_changed_or_is_a_namesake_is_a_conflict(string uid, string version)
    {
        await using var server = await ServerAsync(version, uid);
        using var client = server.Client(_time);
        var confirmation = new Confirmation(client, new WriteExpectations(_time, Patience));
        await confirmation.BeginAsync("team", Cancellation);

        var refused = await Assert.ThrowsAsync<ApiException>(() => confirmation.AskAsync(Run("99"), Cancellation));
        Assert.True(refused.IsConflict);
    }

    /// <summary>A server whose runs have the version <see cref="Beginning"/> as a whole, and which has one of them.</summary>
    private static async Task<LocalServer> ServerAsync(string version, string uid = "uid")
    {
        var server = await LocalServer.StartAsync();
        server.Answer = context => context.Response.WriteAsync(context.Request.Query.ContainsKey("limit")
            ? $$"""{"metadata":{"resourceVersion":"{{Beginning}}"},"items":[]}"""
            : Json(version, uid));
        return server;

        static string Json(string version, string uid)
        {
            var run = Run(version);
            run.Metadata.Uid = uid;
            return KubernetesJson.Serialize(run);
        }
    }

    private static AdapterTrainingRun Run(string version, string? planHash = null)
    {
        return new AdapterTrainingRun
        {
            Metadata = new V1ObjectMeta { Name = "run", NamespaceProperty = "team", Uid = "uid", ResourceVersion = version },
            Status = planHash is null ? null : new TrainingRunStatus { PlanHash = planHash },
        };
    }
}
