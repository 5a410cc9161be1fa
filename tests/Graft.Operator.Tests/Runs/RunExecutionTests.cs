using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runs;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Runs;

public sealed class RunExecutionTests
{
    private static readonly OperatorOptions Options = new() { ArtifactRepository = "registry.example/adapters/" };

    [Fact]
    public void Runs_of_the_same_name_in_two_namespaces_publish_to_two_repositories()
    {
        Assert.Equal("registry.example/adapters/red", RunExecution.Repository(Run("red"), Options));
        Assert.Equal("registry.example/adapters/blue", RunExecution.Repository(Run("blue"), Options));
    }

    [Fact]
    public void A_run_s_own_repository_is_taken_as_it_is()
    {
        var run = Run("red");
        run.Spec.Publish = new PublishSpec { Repository = "elsewhere.example/mine" };
        Assert.Equal("elsewhere.example/mine", RunExecution.Repository(run, Options));
    }

    [Fact]
    public void Without_any_repository_there_is_none()
    {
        Assert.Null(RunExecution.Repository(Run("red"), new OperatorOptions()));
    }

    [Theory]
    [InlineData("https://mlflow.example/#/experiments/1/runs/2", true)]
    [InlineData("/output/mlruns/1/2", false)]
    public void A_record_that_goes_with_its_pod_is_not_shown(string uri, bool shown)
    {
        var status = ProgressStatus.Tracking(new ResultTracking { ExperimentId = "1", RunId = "2", Uri = uri });
        Assert.Equal(shown ? uri : null, status?.Uri);
    }

    [Theory]
    [InlineData(null, null, true, true)]
    [InlineData("registry.example/mine", null, true, true)]
    [InlineData("registry.example/mine", false, true, false)]
    [InlineData("elsewhere.example/mine", null, true, false)]
    [InlineData("elsewhere.example/mine", true, false, true)]
    [InlineData("registry.example:5000/mine", null, true, false)]
    [InlineData(null, true, false, false)]
    public void Http_without_tls_is_spoken_to_whom_its_owner_says(string? repository, bool? asked, bool installation, bool spoken)
    {
        var world = new World { Options = { ArtifactPlainHttp = installation } };
        world.Run.Spec.Publish = new PublishSpec { Repository = repository, PlainHttp = asked };

        var children = Assert.Single(world.Reconcile().Actions.OfType<CreateChildren>()).Children;

        Assert.Equal(spoken, PlanJson.Read(children.Plan.Data["plan.json"]).Execution.Publish.PlainHttp);
    }

    private static AdapterTrainingRun Run(string @namespace)
    {
        return new AdapterTrainingRun { Metadata = new V1ObjectMeta { Name = "quick", NamespaceProperty = @namespace } };
    }
}
