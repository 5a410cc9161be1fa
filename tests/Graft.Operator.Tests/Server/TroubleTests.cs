using System.Text;
using System.Text.Json;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>What the API server refuses, and what becomes of it.</summary>
public sealed class TroubleTests(ApiServer server) : ServerTest(server)
{
    private const string RunsPath = "apis/apiextensions.k8s.io/v1/customresourcedefinitions/adaptertrainingruns.graft.dev";
    private const string JobNameLength = "/spec/versions/0/schema/openAPIV3Schema/properties/status/properties/jobName/maxLength";

    [Fact]
    public async Task A_status_that_the_server_refuses_leaves_its_bare_facts_and_is_written_when_it_can_be()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Team.HaveInputsAsync();
        // A definition of another release, under which the operator's statuses are not valid.
        var known = await SetLongestJobNameAsync(3);
        try
        {
            await Team.ApplyRunAsync();
            var refused = await Team.UntilAsync("Unknown/StatusRefused");

            Assert.Equal("True/StatusRefused", Text(refused, ConditionTypes.Stalled));
            Assert.Equal("Unknown/StatusRefused", Text(refused, ConditionTypes.Accepted));
            Assert.Contains("jobName", refused.Status.Get(ConditionTypes.Stalled)!.Message, StringComparison.Ordinal);
            var before = await @operator.WritesAsync();
            await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
            Assert.InRange(await @operator.WritesAsync() - before, 0, 4);
            Assert.DoesNotContain("   at ", @operator.Log, StringComparison.Ordinal);
        }
        finally
        {
            await SetLongestJobNameAsync(known);
        }

        await Team.UntilAsync("Unknown/Waiting");
        Assert.Single(await Team.TrainJobsAsync());
    }

    [Fact]
    public async Task Events_of_the_longest_names_and_notes_are_written()
    {
        var events = new ResourceClient<Eventsv1Event>(Server.Client);
        var recorder = new EventRecorder(events, "graft.dev/operator", new string('i', 200), TimeProvider.System, NullLogger.Instance);
        var name = string.Join('.', Enumerable.Repeat(new string('n', 62), 4)) + "n";
        Assert.Equal(252, name.Length);
        var run = new AdapterTrainingRun
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = Team.Namespace,
                Uid = "u",
                ResourceVersion = "1"
            }
        };
        string[] notes = [new string('ä', 2000), string.Concat(Enumerable.Repeat("😀", 900)), "red \u001b[31m", new string('x', 1024)];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = recorder.RunAsync(stop.Token);

        foreach (var note in notes)
        {
            recorder.Record(run, KubernetesKind.Of<AdapterTrainingRun>(), new EventNote(EventNote.Warning, "Failed", "Train", note));
        }

        await Eventually.TrueAsync("all events are written", async () =>
            (await events.ListAsync(Team.Namespace, null, 10, null, TestContext.Current.CancellationToken)).Items.Count == notes.Length);
        var written = await events.ListAsync(Team.Namespace, null, 10, null, TestContext.Current.CancellationToken);
        Assert.All(written.Items, item => Assert.InRange(Encoding.UTF8.GetByteCount(item.Note), 1, 1024));
        Assert.All(written.Items, item => Assert.StartsWith(name[..220], item.Metadata.Name, StringComparison.Ordinal));
        await stop.CancelAsync();
        await running;
    }

    private static string Text(AdapterTrainingRun run, string type)
    {
        return run.Status.Get(type) is { } condition ? $"{condition.Status}/{condition.Reason}" : "none";
    }

    /// <summary>Changes the schema of runs; returns what was there.</summary>
    private async Task<int> SetLongestJobNameAsync(int length)
    {
        var crds = new ResourceClient<V1CustomResourceDefinition>(Server.Client);
        var crd = await crds.GetAsync(new ObjectKey("", "adaptertrainingruns.graft.dev"), TestContext.Current.CancellationToken);
        var before = (int)crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["status"].Properties["jobName"].MaxLength!.Value;
        var patch = JsonSerializer.Serialize(new[] { new { op = "replace", path = JobNameLength, value = length } });
        using var answer = await Server.Client.SendAsync(
            HttpMethod.Patch, RunsPath, patch, "application/json-patch+json", cancellationToken: TestContext.Current.CancellationToken);
        // The server takes a new schema up a moment later.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        return before;
    }
}
