using System.Reflection;
using System.Text.Json.Nodes;
using Graft.Api.Defaulting;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Operator.Pods;
using Graft.Operator.Tests.Runs;
using k8s;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Pods;

public sealed class TrainerPodTests
{
    /// <summary>All but the Job's time to live, which the Job gets once its end is recorded.</summary>
    public static TheoryData<string> Settings =>
        [.. typeof(PodSettings).GetProperties().Select(property => property.Name).Where(
            name => name != nameof(PodSettings.TtlSecondsAfterFinished))];

    public static TheoryData<string> Sizes => [.. typeof(StorageLimits).GetProperties().Select(property => property.Name)];

    /// <summary>All but the one that only says where the others come from.</summary>
    public static TheoryData<string> Ids =>
        [.. typeof(PodIdentity).GetProperties().Select(property => property.Name).Where(name => name != nameof(PodIdentity.FixedIds))];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Every_setting_changes_what_is_created(string setting)
    {
        AssertMatters(typeof(PodSettings).GetProperty(setting)!, pod => pod);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_size_changes_what_is_created(string size)
    {
        AssertMatters(typeof(StorageLimits).GetProperty(size)!, pod => pod.Storage!);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_id_changes_what_is_created(string id)
    {
        AssertMatters(typeof(PodIdentity).GetProperty(id)!, pod => pod.SecurityContext!);
    }

    [Fact]
    public void Settings_that_are_written_as_in_a_pod_are_a_pod_s_field_for_field()
    {
        var settings = EveryPodSetting.Create();
        var pod = Template(settings).Spec;

        AssertSame(settings.Affinity!, pod.Affinity);
        AssertSame(settings.Tolerations!, pod.Tolerations);
        AssertSame(settings.TopologySpreadConstraints!, pod.TopologySpreadConstraints);
    }

    [Fact]
    public void A_pod_s_own_folders_have_the_installation_s_sizes_where_the_run_gives_none()
    {
        var volumes = Template(new PodSettings()).Spec.Volumes;

        Assert.Equal("10Gi", SizeOf(volumes, "scratch"));
        Assert.Equal("20Gi", SizeOf(volumes, "output"));
        Assert.Equal("20Gi", SizeOf(volumes, "checkpoints"));
        Assert.Equal("100Gi", SizeOf(volumes, "input-base"));
        Assert.All(volumes.Where(volume => volume.EmptyDir is not null), volume => Assert.NotNull(volume.EmptyDir.SizeLimit));
    }

    [Fact]
    public void Shared_memory_is_a_folder_in_memory_with_a_size()
    {
        var pod = Template(new PodSettings { SharedMemory = "512Mi" }).Spec;

        var volume = Assert.Single(pod.Volumes, volume => volume.EmptyDir?.Medium == "Memory");
        Assert.Equal("512Mi", volume.EmptyDir.SizeLimit.ToString());
        Assert.Contains(pod.Containers[0].VolumeMounts, mount => mount.MountPath == "/dev/shm" && mount.Name == volume.Name);
        Assert.DoesNotContain(Template(new PodSettings()).Spec.Containers[0].VolumeMounts, mount => mount.MountPath == "/dev/shm");
    }

    [Fact]
    public void Graft_s_own_labels_and_variables_win()
    {
        var template = Template(new PodSettings
        {
            Labels = new() { [ChildLabels.ManagedBy] = "somebody", ["mine"] = "1" },
            Env = [new EnvironmentVariable { Name = "HOME", Value = "/elsewhere" }],
        });

        Assert.Equal(ChildLabels.Operator, template.Metadata.Labels[ChildLabels.ManagedBy]);
        Assert.Equal("1", template.Metadata.Labels["mine"]);
        Assert.Equal("/tmp", template.Spec.Containers[0].Env.Last(variable => variable.Name == "HOME").Value);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$(MLFLOW_TRACKING_TOKEN)", "$$(MLFLOW_TRACKING_TOKEN)")]
    [InlineData("a$$b$", "a$$$$b$$")]
    public void A_value_is_not_expanded(string value, string escaped)
    {
        var pod = Template(new PodSettings { Env = [new EnvironmentVariable { Name = "X", Value = value }] });

        Assert.Equal(escaped, pod.Spec.Containers[0].Env.Single(variable => variable.Name == "X").Value);
    }

    [Fact]
    public void Ids_are_the_image_s_unless_the_run_or_the_installation_leaves_them_to_the_cluster()
    {
        Assert.Equal(65532, Template(new PodSettings()).Spec.SecurityContext.RunAsUser);
        var open = Template(new PodSettings(), new PodOptions { FixedIds = false }).Spec.SecurityContext;
        Assert.True(open is { RunAsUser: null, RunAsGroup: null, FsGroup: null, RunAsNonRoot: true });
        Assert.Null(Template(new PodSettings { SecurityContext = new PodIdentity { FixedIds = false } }).Spec.SecurityContext.RunAsUser);
        var back = Template(
            new PodSettings { SecurityContext = new PodIdentity { FixedIds = true, FsGroup = 5 } }, new PodOptions { FixedIds = false });
        Assert.Equal((65532, 5), (back.Spec.SecurityContext.RunAsUser, back.Spec.SecurityContext.FsGroup));
    }

    [Fact]
    public void The_installation_s_pull_secrets_and_the_run_s_are_joined()
    {
        var secrets = Template(
            new PodSettings { ImagePullSecrets = [new LocalReference { Name = "mine" }, new LocalReference { Name = "one" }] },
            new PodOptions { ImagePullSecrets = "one two" }).Spec.ImagePullSecrets;

        Assert.Equal(["one", "two", "mine"], secrets.Select(secret => secret.Name));
    }

    [Theory]
    [InlineData("1", null, 1)]
    [InlineData("100m", null, 1)]
    [InlineData("1500m", null, 2)]
    [InlineData("1", "4", 4)]
    [InlineData("64", "2.5", 3)]
    [InlineData("1", "99999999999999999999999999999999", PodResources.MostThreads)]
    public void Threads_follow_the_limit_or_the_request(string cpu, string? limit, int threads)
    {
        Assert.Equal(threads, PodResources.Threads(new PodSettings { Cpu = cpu, CpuLimit = limit }));
    }

    [Fact]
    public void A_run_with_a_GPU_trains_on_it_or_not_at_all()
    {
        Assert.Contains("\"device\":\"cuda\"", Plan(new PodSettings { Gpu = new GpuSpec() }), StringComparison.Ordinal);
        Assert.Contains("\"device\":\"cpu\"", Plan(new PodSettings()), StringComparison.Ordinal);

        static string Plan(PodSettings settings)
        {
            return JsonNode.Parse(RunChildrenOf(settings, new PodOptions()).Plan.Data["plan.json"])!["execution"]!.ToJsonString();
        }
    }

    [Fact]
    public void The_settings_of_these_tests_are_valid()
    {
        var world = new World();
        world.Run.Spec.Pod = EveryPodSetting.Create();

        Assert.Empty(SpecValidator.Validate(world.Run));
    }

    private static void AssertMatters(PropertyInfo property, Func<PodSettings, object> owner)
    {
        var without = EveryPodSetting.Create();
        Assert.NotNull(property.GetValue(owner(without)));
        property.SetValue(owner(without), null);

        Assert.NotEqual(Created(EveryPodSetting.Create()), Created(without));
    }

    private static void AssertSame(object expected, object actual)
    {
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Json(expected)), JsonNode.Parse(Json(actual))), $"{Json(expected)}\n{Json(actual)}");
    }

    /// <summary>The Job and the plan of a run, as text.</summary>
    private static string Created(PodSettings settings)
    {
        var children = RunChildrenOf(settings, new PodOptions());
        return Json(children.Job) + Json(children.Plan);
    }

    private static V1PodTemplateSpec Template(PodSettings settings, PodOptions? options = null)
    {
        return RunChildrenOf(settings, options ?? new PodOptions()).Job.Spec.Template;
    }

    private static Operator.Runs.RunChildren RunChildrenOf(PodSettings settings, PodOptions pods)
    {
        var world = new World { Options = { Pods = pods } };
        world.Model.Spec.Source = new FileSource { Oci = new OciSource { Reference = "registry.example/models/tiny:1" } };
        var spec = Operator.Runs.RunResolver.WithDefaults(world.Run);
        spec.Pod = Defaults.Apply(settings);
        var recipe = Graft.Api.Planning.RecipeResolver.Resolve(
            world.Run, Graft.Tests.PinnedInputs.Of(world.Model, World.Digest('a'), world.Dataset, World.Digest('b')));
        var sources = new Dictionary<string, FileSource> { ["base"] = world.Model.Spec.Source, ["dataset"] = world.Dataset.Spec.Source! };
        var execution = Operator.Runs.RunExecution.For(
            world.Run, spec, sources, World.Digest('c'), world.Options);
        var made = Operator.Runs.RunSettings.Of(world.Run, sources, execution, world.Options);
        var plan = new Graft.Api.Planning.RunPlan { Recipe = recipe, Execution = execution.Plan };
        return Operator.Runs.RunChildren.For(world.Run, spec, plan, World.Digest('c'), execution, made, world.Options, null);
    }

    private static string? SizeOf(IEnumerable<V1Volume> volumes, string name)
    {
        return volumes.Single(volume => volume.Name == name).EmptyDir.SizeLimit?.ToString();
    }

    private static string Json(object value)
    {
        return KubernetesJson.Serialize(value);
    }
}
