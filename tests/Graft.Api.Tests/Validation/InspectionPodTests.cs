using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Xunit;

namespace Graft.Api.Tests.Validation;

public sealed class InspectionPodTests
{
    public static TheoryData<InspectionPodSettings, string> Refused => new()
    {
        { new InspectionPodSettings { Memory = "1Mi" }, "spec.pod.memory: 1Mi is less memory than any trainer needs" },
        { new InspectionPodSettings { Cpu = "2", CpuLimit = "1" }, "spec.pod.cpuLimit: fewer CPUs are allowed (1) than asked for (2)" },
        { new InspectionPodSettings { Labels = new() { ["graft.dev/role"] = "x" } },
            "spec.pod.labels[\"graft.dev/role\"]: this key belongs to Graft" },
        { new InspectionPodSettings { Env = [new EnvironmentVariable { Name = "LD_PRELOAD", Value = "/x" }] },
            "spec.pod.env[0].name: LD_PRELOAD cannot be set" },
        { new InspectionPodSettings { Env = [new EnvironmentVariable { Name = "MLFLOW_TRACKING_TOKEN", Value = "x" }] },
            "spec.pod.env[0].name: MLFLOW_TRACKING_TOKEN cannot be set" },
        { new InspectionPodSettings { Storage = new InspectionStorageLimits { Inputs = "0" } },
            "spec.pod.storage.inputs: a limit of 0 leaves no room" },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void What_a_run_may_not_ask_for_a_model_and_a_data_set_may_not_either(InspectionPodSettings pod, string words)
    {
        var model = SpecValidator.Validate(
            new BaseModel { Spec = new BaseModelSpec { Source = new FileSource { Builtin = Builtin }, Pod = pod } });
        var dataset = SpecValidator.Validate(
            new TrainingDataset { Spec = new TrainingDatasetSpec { Source = new FileSource { Builtin = Builtin }, Pod = pod } });

        Assert.StartsWith(words, Assert.Single(model).ToString(), StringComparison.Ordinal);
        Assert.StartsWith(words, Assert.Single(dataset).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(BaseModel), "gpu")]
    [InlineData(typeof(TrainingDataset), "backoffLimit")]
    [InlineData(typeof(TrainingDataset), "ttlSecondsAfterFinished")]
    [InlineData(typeof(BaseModel), "image")]
    public void What_makes_no_sense_for_an_inspection_is_no_field_of_it(Type kind, string field)
    {
        Assert.Null(Graft.Api.Schema.ResourceKind.For(kind).SpecSchema.Field("pod")!.Schema.Field(field));
    }

    [Fact]
    public void Nothing_has_a_default_that_would_hide_the_installations()
    {
        Assert.All(Graft.Api.Schema.ResourceKind.For(typeof(BaseModel)).SpecSchema.Field("pod")!.Schema.Fields,
            field => Assert.Null(field.Schema.Default));
    }

    private static BuiltinSource Builtin => new() { Name = "tiny" };
}
