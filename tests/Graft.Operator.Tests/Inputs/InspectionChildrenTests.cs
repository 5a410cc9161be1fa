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
            Spec = new BaseModelSpec { Source = new FileSource { Builtin = new BuiltinSource { Name = "tiny" } } },
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

    [Fact]
    public void The_resources_queue_and_priority_go_to_the_job_or_else_the_installations_queue()
    {
        var options = new OperatorOptions { Inspect = { QueueName = "usual" } };
        var named = Dataset(_ => { });
        named.Resource.Metadata.Labels = new Dictionary<string, string>
        {
            [GraftApi.KueueQueueLabel] = "team",
            [GraftApi.KueuePriorityLabel] = "high",
            ["other"] = "x",
        };

        Assert.Equal("usual", Label(For(Dataset(_ => { }), options), GraftApi.KueueQueueLabel));
        Assert.Equal("team", Label(For(named, options), GraftApi.KueueQueueLabel));
        Assert.Equal("high", Label(For(named, options), GraftApi.KueuePriorityLabel));
        Assert.Null(Label(For(named, options), "other"));
        Assert.Null(Label(For(Dataset(_ => { })), GraftApi.KueueQueueLabel));
        Assert.DoesNotContain(GraftApi.KueueQueueLabel, For(named, options).Job.Spec.Template.Metadata.Labels.Keys);
    }

    [Fact]
    public void A_field_of_spec_pod_takes_the_place_of_the_installations_and_that_of_the_usual_one()
    {
        var options = new OperatorOptions
        {
            Inspect = { Pod = """{"memory": "3Gi", "nodeSelector": {"pool": "cpu"}, "imagePullSecrets": [{"name": "ours"}], "tolerations": [{"operator": "Exists"}]}""" },
            Pods = { InputLimit = "9Gi" },
        };
        var pod = For(
            Dataset(spec => spec.Pod = new InspectionPodSettings
            {
                Memory = "4Gi",
                RuntimeClassName = "kata",
                Storage = new InspectionStorageLimits { Inputs = "7Gi" },
            }),
            options).Job.Spec.Template.Spec;

        Assert.Equal("4Gi", pod.Containers[0].Resources.Limits["memory"].ToString());
        Assert.Equal("100m", pod.Containers[0].Resources.Requests["cpu"].ToString());
        Assert.Equal("kata", pod.RuntimeClassName);
        Assert.Equal("cpu", pod.NodeSelector["pool"]);
        Assert.Equal("ours", Assert.Single(pod.ImagePullSecrets).Name);
        Assert.Equal("Exists", Assert.Single(pod.Tolerations).OperatorProperty);
        Assert.Equal("7Gi", Assert.Single(pod.Volumes, volume => volume.Name == "input-files").EmptyDir.SizeLimit.ToString());
        Assert.Equal(
            "9Gi",
            Assert.Single(For(Dataset(_ => { }), options).Job.Spec.Template.Spec.Volumes,
                volume => volume.Name == "input-files").EmptyDir.SizeLimit.ToString());
    }

    [Fact]
    public void Settings_of_the_installation_that_cannot_be_read_are_refused_by_name()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new InspectOptions { Pod = """{"memroy": "3Gi"}""" }.Installation());

        Assert.Contains("memroy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_of_an_inspection_pod_is_one_of_a_trainer_pod()
    {
        var known = typeof(PodSettings).GetProperties().ToDictionary(property => property.Name);

        Assert.All(typeof(InspectionPodSettings).GetProperties(), property => Assert.Contains(property.Name, known.Keys));
        Assert.All(
            typeof(InspectionStorageLimits).GetProperties(),
            property => Assert.NotNull(typeof(StorageLimits).GetProperty(property.Name)));
    }

    private static string? Label(InspectionChildren children, string key)
    {
        return children.Job.Metadata.Labels.TryGetValue(key, out var value) ? value : null;
    }

    private static InspectionChildren For(InspectionRequest request, OperatorOptions? options = null)
    {
        return InspectionChildren.For(request, options ?? new OperatorOptions(), 1);
    }

    private static InspectionRequest Dataset(Action<TrainingDatasetSpec> edit, string name = "words")
    {
        var spec = new TrainingDatasetSpec { Source = new FileSource { Oci = new OciSource { Reference = "registry.example/data:1" } } };
        edit(spec);
        return new TrainingDatasets().Request(new TrainingDataset { Metadata = Metadata(name), Spec = spec });
    }

    private static V1ObjectMeta Metadata(string name)
    {
        return new V1ObjectMeta { Name = name, NamespaceProperty = "team", Uid = "uid", Generation = 1 };
    }
}
