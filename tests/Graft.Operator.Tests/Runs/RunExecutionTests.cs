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

    private static AdapterTrainingRun Run(string @namespace)
    {
        return new AdapterTrainingRun { Metadata = new V1ObjectMeta { Name = "quick", NamespaceProperty = @namespace } };
    }
}
