using System.Net;
using System.Text;
using Graft.Artifacts.Registry;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>Answers that no registry should give: none may take the memory or the time of the process, and each is told in words.</summary>
public sealed class RegistryAnswerTests
{
    private static readonly RegistryOptions Plain = new() { PlainHttp = true, RetryTime = TimeSpan.FromSeconds(1) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task An_answer_without_end_is_given_up(int status)
    {
        using var gate = new RequestGate(0) { Answer = (_, response) => Endless(response, status) };

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => Store(gate).CheckAsync("demo", Cancellation));

        Assert.Equal(ArtifactFailure.Refused, fault.Failure);
        Assert.Contains($"Registry {gate.Host} answers with more than 16 MiB", fault.Message, StringComparison.Ordinal);
        // Asking again would bring the same.
        Assert.Single(gate.Requests);
    }

    [Fact]
    public async Task A_token_without_end_is_given_up()
    {
        using var gate = new RequestGate(0);
        gate.Answer = (request, response) => request.Path == "/token"
            ? Endless(response, 200)
            : RegistryCheckTests.Status(response, 401, ("WWW-Authenticate", $"Bearer realm=\"http://{gate.Host}/token\",service=\"s\""));

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => Store(gate).CheckAsync("demo", Cancellation));

        Assert.Equal(ArtifactFailure.Refused, fault.Failure);
        Assert.Contains("answers without a token", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_stops_in_the_middle_is_not_waited_for()
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var gate = new RequestGate(0)
        {
            Answer = (_, response) =>
            {
                response.OutputStream.Write("{"u8);
                response.OutputStream.Flush();
                over.Token.WaitHandle.WaitOne();
                return true;
            },
        };

        var fault = await Assert.ThrowsAsync<ArtifactException>(
            () => Store(gate, Plain with { RequestTime = TimeSpan.FromSeconds(1), UnreachableTime = TimeSpan.Zero })
                .ListVersionsAsync("demo", Cancellation));
        await over.CancelAsync();

        Assert.Equal(ArtifactFailure.Unavailable, fault.Failure);
        Assert.Contains("does not answer in time", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>Welcome</html>")]
    [InlineData("[]")]
    [InlineData("""{"tags": "v1"}""")]
    [InlineData("""{"tags": [1]}""")]
    [InlineData("")]
    public async Task Tags_that_are_none_are_told(string answer)
    {
        using var gate = new RequestGate(0) { Answer = (_, response) => Text(response, answer) };

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => Store(gate).ListVersionsAsync("demo", Cancellation));

        Assert.Equal(ArtifactFailure.Refused, fault.Failure);
        Assert.Contains("something else than a list of tags", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"tags": null}""")]
    [InlineData("""{"tags": [null]}""")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task A_repository_without_tags_has_no_versions(string answer)
    {
        using var gate = new RequestGate(0) { Answer = (_, response) => Text(response, answer) };

        Assert.Empty(await Store(gate).ListVersionsAsync("demo", Cancellation));
    }

    [Theory]
    [InlineData("http://{0}/v2/adapters/demo/tags/list?n=1000")]
    [InlineData("/v2/adapters/demo/tags/list?last=x")]
    [InlineData("http://[")]
    public async Task A_list_of_tags_whose_next_page_is_one_already_seen_ends(string next)
    {
        using var gate = new RequestGate(0);
        gate.Answer = (_, response) =>
        {
            response.Headers["Link"] = $"<{next.Replace("{0}", gate.Host, StringComparison.Ordinal)}>; rel=\"next\"";
            return Text(response, """{"tags": ["x"]}""");
        };

        await Store(gate).ListVersionsAsync("demo", Cancellation);

        Assert.InRange(gate.Requests.Count, 1, 2);
    }

    [Fact]
    public async Task An_upload_that_is_sent_to_no_address_is_told()
    {
        using var gate = new RequestGate(0)
        {
            Answer = (request, response) => RegistryCheckTests.Status(response, request.Method == "POST" ? 202 : 200, ("Location", "//[")),
        };

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => Store(gate).CheckAsync("demo", Cancellation));

        Assert.Contains("which is no address", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Writes until whoever asked hangs up.</summary>
    private static bool Endless(HttpListenerResponse response, int status)
    {
        response.StatusCode = status;
        response.SendChunked = true;
        var piece = new byte[1 << 20];
        while (true)
        {
            response.OutputStream.Write(piece);
        }
    }

    private static bool Text(HttpListenerResponse response, string text)
    {
        response.OutputStream.Write(Encoding.UTF8.GetBytes(text));
        return true;
    }

    private static IArtifactStore Store(RequestGate gate, RegistryOptions? options = null)
    {
        return ArtifactStore.InRegistry($"{gate.Host}/adapters", options ?? Plain);
    }
}
