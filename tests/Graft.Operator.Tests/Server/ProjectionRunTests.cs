using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.Projectors;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using Graft.Tests;
using k8s;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>Another kind of run than AdapterTrainingRun, against a real API server.</summary>
public sealed class ProjectionRunTests(ApiServer server) : ServerTest(server)
{
    private const string Name = "pictures";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ResourceClient<ProjectionPretrain> Runs => new(Server.Client);

    [Fact]
    public async Task A_projector_waits_for_its_inputs_and_is_trained_as_any_run_is()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Team.HaveInputsAsync();
        await Team.ApplyAsync(Runs, new ProjectionPretrain
        {
            Metadata = new V1ObjectMeta { Name = Name, NamespaceProperty = Team.Namespace },
            Spec = new ProjectionPretrainSpec
            {
                EncoderRef = new LocalReference { Name = "eyes" },
                LanguageModelRef = new LocalReference { Name = "tiny" },
                Projector = new ProjectorSpec { Linear = new LinearProjectorSpec() },
                Data = new DataSpec { DatasetRef = new LocalReference { Name = Name } },
            },
        });
        await UntilAsync(run => run.Status.Get(ConditionTypes.Accepted)?.Reason == Reasons.BaseModelNotFound);

        await HaveAsync(Resources.Model("eyes", Team.Namespace));
        await UntilAsync(run => run.Status.Get(ConditionTypes.Accepted)?.Reason == Reasons.DatasetNotFound);
        await HaveAsync(Resources.Dataset(Name, Team.Namespace, format: "imageText"));
        var pod = await Team.TrainerPodAsync(Name);
        await Team.RunAsync(pod);
        await UntilAsync(run => run.Status.Get(ConditionTypes.Running)?.Status == "True");
        await Team.EndAsync(pod, 0, Operator.Tests.Runs.World.Result());

        var ended = await UntilAsync(run => run.Status.Get(ConditionTypes.Succeeded) is { Status: "True", Reason: "Completed" });
        Assert.Equal("v1", ended.Status!.Artifact!.Version);
        var plan = PlanJson.Read((await Team.PlanAsync(ended)).Data["plan.json"]);
        Assert.Equal(nameof(ProjectionPretrain), plan.Recipe.Kind);
        Assert.Equal(["base", "dataset", "encoder"], plan.Execution.Inputs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(RecipeHash.Of(plan.Recipe), ended.Status.PlanHash);
        Assert.Equal(["base", "dataset", "encoder"], ended.Status.Resolved!.Inputs!.Select(input => input.Name).Order());
    }

    /// <summary>Applies an input and lets its inspection end well.</summary>
    private async Task HaveAsync<T>(T input)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var name = input.Metadata.Name;
        await Team.ApplyAsync(new ResourceClient<T>(Server.Client), input);
        var report = new InspectionReport { Digest = "sha256:" + new string('c', 64), TrainRecords = 3, Parameters = 5 };
        var pod = await Team.PodAsync($"graft.dev/role=inspect,app.kubernetes.io/instance={name}");
        await Team.EndAsync(pod, 0, JsonSerializer.Serialize(report, PlanJson.WireOptions));
    }

    private async Task<ProjectionPretrain> UntilAsync(Func<ProjectionPretrain, bool> isSo)
    {
        ProjectionPretrain? run = null;
        await Eventually.TrueAsync(
            "the run is so", async () => isSo(run = await Runs.GetAsync(new ObjectKey(Team.Namespace, Name), Cancellation)));
        return run!;
    }
}
