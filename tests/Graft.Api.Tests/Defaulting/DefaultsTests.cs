using CsCheck;
using Graft.Api.Defaulting;
using Graft.Api.Methods;
using Graft.Api.Tests.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using k8s;
using Xunit;

namespace Graft.Api.Tests.Defaulting;

public sealed class DefaultsTests
{
    [Fact]
    public void Applying_defaults_twice_changes_nothing_more()
    {
        Plans.Runs.Sample(run =>
        {
            var once = Defaults.Apply(run.Spec);
            return KubernetesJson.Serialize(Defaults.Apply(once)) == KubernetesJson.Serialize(once);
        }, iter: 200);
    }

    [Fact]
    public void A_valid_spec_is_valid_with_its_defaults()
    {
        Plans.Runs.Sample(run =>
        {
            var defaulted = new AdapterTrainingRun { Metadata = run.Metadata, Spec = Defaults.Apply(run.Spec) };
            Assert.Equal(SpecValidator.Validate(run), SpecValidator.Validate(defaulted));
        }, iter: 100);
    }

    [Fact]
    public void What_is_set_stays()
    {
        var spec = Defaults.Apply(new LoraSpec { Rank = 3, Dora = true });

        Assert.Equal((3, 16, true, false), (spec.Rank, spec.Alpha, spec.Dora, spec.RsLora));
    }

    [Fact]
    public void An_absent_section_is_there_and_an_object_whose_presence_means_something_stays_absent()
    {
        var spec = Defaults.Apply(Plans.Run().Spec);

        Assert.Equal(8, spec.Training!.BatchSize);
        Assert.Equal("2Gi", spec.Pod!.Memory);
        Assert.Null(spec.Pod.Gpu);
        Assert.Null(spec.Method!.Full);
    }

    [Fact]
    public void The_original_is_not_touched()
    {
        var spec = new CheckpointSpec();

        Defaults.Apply(spec);

        Assert.Null(spec.EverySteps);
    }
}
