using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Inputs;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Inputs;

public sealed class InspectionChildrenTests
{
    private const string Odd = "@odd/--name";

    [Fact]
    public void No_text_of_a_spec_is_a_word_of_the_command_line()
    {
        var children = For(Dataset(spec => (spec.TrainFile, spec.EvaluationFile) = (Odd, "-h")));

        var container = Assert.Single(children.Job.Spec.Template.Spec.Containers);
        Assert.Equal(["inspect", "/etc/graft/inspection.json"], container.Args);
        Assert.Null(container.Command);
        var plan = InspectionPlan.Read(children.Plan.Data["inspection.json"]);
        Assert.Equal((Odd, "-h"), (plan.Dataset!.TrainFile, plan.Dataset.EvaluationFile));
    }

    [Fact]
    public void The_plan_is_immutable_and_the_one_that_the_pod_mounts()
    {
        var children = For(Dataset(_ => { }));

        Assert.True(children.Plan.Immutable);
        var volume = Assert.Single(children.Job.Spec.Template.Spec.Volumes, volume => volume.ConfigMap is not null);
        Assert.Equal(children.Plan.Metadata.Name, volume.ConfigMap.Name);
        var mount = Assert.Single(children.Job.Spec.Template.Spec.Containers[0].VolumeMounts, mount => mount.Name == volume.Name);
        Assert.Equal(("/etc/graft", true), (mount.MountPath, mount.ReadOnlyProperty));
        Assert.Equal("uid", Assert.Single(children.Plan.Metadata.OwnerReferences).Uid);
    }

    public static TheoryData<string, Action<TrainingDatasetSpec>> Edits => new()
    {
        { "another file", spec => spec.TrainFile = "other.jsonl" },
        { "another format", spec => spec.Format = "text" },
        { "held-out records", spec => spec.EvaluationFile = "heldout.jsonl" },
        { "another reference", spec => spec.Source!.Oci!.Reference = "registry.example/data:2" },
        { "plain HTTP", spec => spec.Source!.Oci!.PlainHttp = true },
        { "credentials", spec => spec.Source!.Oci!.PullSecretRef = new LocalReference { Name = "pull" } },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void What_is_read_is_in_both_names(string what, Action<TrainingDatasetSpec> edit)
    {
        var (one, other) = (For(Dataset(_ => { })), For(Dataset(edit)));

        Assert.True(one.Plan.Metadata.Name != other.Plan.Metadata.Name, what);
        Assert.True(one.Job.Metadata.Name != other.Job.Metadata.Name, what);
    }

    [Fact]
    public void Namesakes_of_two_kinds_and_the_longest_names_have_names_of_their_own_that_the_server_takes()
    {
        var name = new string('n', 253);
        var dataset = For(Dataset(_ => { }, name));
        var model = For(new BaseModels().Request(new BaseModel
        {
            Metadata = Metadata(name),
            Spec = new BaseModelSpec { Source = new ModelSource { Builtin = new BuiltinSource { Name = "tiny" } } },
        }));

        string[] names = [dataset.Job.Metadata.Name, dataset.Plan.Metadata.Name, model.Job.Metadata.Name, model.Plan.Metadata.Name];
        Assert.Equal(4, names.Distinct().Count());
        Assert.All(names, child => Assert.InRange(child.Length, 1, 63));
    }

    [Fact]
    public void Of_a_pull_secret_the_pod_gets_the_one_key()
    {
        var children = For(Dataset(spec => spec.Source!.Oci!.PullSecretRef = new LocalReference { Name = "pull" }));

        var secret = Assert.Single(children.Job.Spec.Template.Spec.Volumes, volume => volume.Secret is not null).Secret;
        Assert.Equal([".dockerconfigjson"], secret.Items.Select(item => item.Key));
    }

    private static InspectionChildren For(InspectionRequest request)
    {
        return InspectionChildren.For(request, new OperatorOptions());
    }

    private static InspectionRequest Dataset(Action<TrainingDatasetSpec> edit, string name = "words")
    {
        var spec = new TrainingDatasetSpec { Source = new DatasetSource { Oci = new OciSource { Reference = "registry.example/data:1" } } };
        edit(spec);
        return new TrainingDatasets().Request(new TrainingDataset { Metadata = Metadata(name), Spec = spec });
    }

    private static V1ObjectMeta Metadata(string name)
    {
        return new V1ObjectMeta { Name = name, NamespaceProperty = "team", Uid = "uid", Generation = 1 };
    }
}
