using Graft.Api.Defaulting;
using Graft.Api.V1Alpha1;
using Graft.Operator.Policy;
using Graft.Operator.Tests.Pods;
using Graft.Operator.Tests.Runs;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Graft.Operator.Tests.Policy;

public sealed class InstallationPolicyTests
{
    private const string Image = "registry.example:5000/graft/trainer:0.1.0";

    /// <summary>What the defaults refuse, and the words that say so.</summary>
    public static TheoryData<string, string> RefusedByDefault => new()
    {
        { "image=registry.example/evil:1", "spec.pod.image: \"registry.example/evil:1\" is not allowed here: the installation's value policy.images is empty, beside registry.example:5000/graft/trainer" },
        { "image=registry.example:5000/graft/trainer2:0.1.0", "spec.pod.image: " },
        { "image=graft/trainer:0.1.0", "spec.pod.image: " },
        { "priority=system-node-critical", "spec.pod.priorityClassName: \"system-node-critical\" is not allowed here: the installation's value policy.priorityClasses is *, !system-*" },
        { "toleration=", "spec.pod.tolerations[0]: a toleration of every taint is not allowed here: the installation's value policy.tolerations is *, !node-role" },
        { "toleration=node-role.kubernetes.io/control-plane", "spec.pod.tolerations[0].key: \"node-role.kubernetes.io/control-plane\" is not allowed here" },
        { "toleration=node.kubernetes.io/unschedulable", "spec.pod.tolerations[0].key: \"node.kubernetes.io/unschedulable\" is not allowed here" },
        { "account=admin", "spec.pod.serviceAccountName: \"admin\" is not allowed here: the installation's value policy.serviceAccounts is default" },
        { "env=tokens", "spec.pod.env[0].secretKeyRef.name: \"tokens\" is not allowed here: the installation's value policy.environmentSecrets is empty" },
    };

    /// <summary>What the defaults allow.</summary>
    public static TheoryData<string> AllowedByDefault =>
    [
        "", "image=registry.example:5000/graft/trainer:0.2.0", "image=registry.example:5000/graft/trainer@sha256:00", "priority=low",
        "toleration=nvidia.com/gpu", "account=default", "runtime=nvidia", "pull=mine", "push=mine", "claim=mine", "memory=900Ti",
    ];

    /// <summary>Bounds, what is just inside and what is just outside of them.</summary>
    public static TheoryData<string, string, string, string> Bounds => new()
    {
        { "Images", "registry.example/team/*", "image=registry.example/team/x:1", "image=registry.example/teams/x:1" },
        { "PriorityClasses", "low mid-*", "priority=mid-1", "priority=high" },
        { "Tolerations", "gpu", "toleration=gpu", "toleration=gpus" },
        { "Tolerations", "*", "toleration=", "account=x" },
        { "ServiceAccounts", "trainer-*", "account=trainer-a", "account=a-trainer-" },
        { "RuntimeClasses", "", "", "runtime=nvidia" },
        { "RegistrySecrets", "pull-*", "pull=pull-a", "pull=a" },
        { "RegistrySecrets", "push-*", "push=push-a", "push=a" },
        { "EnvironmentSecrets", "runs-*", "env=runs-a", "env=a" },
        { "Claims", "data-* !data-secret", "claim=data-a", "claim=data-secret" },
        { "MaxCpu", "2", "cpu=2", "cpu=2001m" },
        { "MaxCpu", "2", "limit=2000m", "limit=3" },
        { "MaxMemory", "4Gi", "memory=4096Mi", "memory=4097Mi" },
        { "MaxStorage", "10Gi", "output=10Gi", "output=11G" },
        { "MaxGpus", "1", "gpus=1", "gpus=2" },
        { "MaxGpus", "0", "", "gpus=1" },
    };

    [Theory]
    [MemberData(nameof(RefusedByDefault))]
    public void A_run_may_not_ask_for_everything(string asked, string expected)
    {
        var problem = Assert.Single(Check(new PolicyOptions(), asked));
        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllowedByDefault))]
    public void A_run_may_ask_for_what_is_its_own(string asked)
    {
        Assert.Empty(Check(new PolicyOptions(), asked));
    }

    [Theory]
    [MemberData(nameof(Bounds))]
    public void A_bound_is_what_its_chart_value_says(string name, string value, string inside, string outside)
    {
        // As the chart sets it: an environment variable of the operator.
        var options = new OperatorOptions();
        new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { [$"Graft:Policy:{name}"] = value })
            .Build()
            .GetSection(OperatorOptions.Section)
            .Bind(options);

        Assert.Empty(Check(options.Policy, inside));
        Assert.Single(Check(options.Policy, outside));
    }

    [Fact]
    public void An_image_of_the_same_repository_is_known_by_its_whole_name()
    {
        Assert.Empty(Check(new PolicyOptions(), "image=trainer:2", "trainer"));
        Assert.Empty(Check(new PolicyOptions(), "image=trainer", "trainer@sha256:00"));
        Assert.Single(Check(new PolicyOptions(), "image=localhost:5000/trainer", "trainer:1"));
    }

    [Fact]
    public void Everything_that_is_asked_for_too_much_is_told_at_once()
    {
        var problems = new InstallationPolicy(new PolicyOptions { MaxMemory = "1Gi", MaxCpu = "1", Claims = "" }, Image)
            .Check(PodDemand.Of(new AdapterTrainingRunSpec
            {
                Pod = EveryPodSetting.Create(),
                Checkpoint = new CheckpointSpec { ClaimName = "mine" },
            }));

        Assert.Equal(
            ["spec.pod.image", "spec.pod.serviceAccountName", "spec.pod.env[1].secretKeyRef.name", "spec.checkpoint.claimName",
                "spec.pod.cpu", "spec.pod.cpuLimit", "spec.pod.memory"],
            problems.Select(problem => problem.Split(": ")[0]));
    }

    [Fact]
    public void A_refused_run_has_a_condition_that_names_the_value_and_is_taken_once_it_asks_for_less()
    {
        var world = new World();
        world.Edit(spec => spec.Pod = new PodSettings { PriorityClassName = "system-cluster-critical" });

        var refused = world.Reconcile().Status.Conditions!.Single(condition => condition.Type == ConditionTypes.Accepted);
        Assert.Equal(("False", Reasons.NotAllowed), (refused.Status, refused.Reason));
        Assert.Contains("policy.priorityClasses", refused.Message, StringComparison.Ordinal);
        Assert.Empty(world.Jobs);

        world.Edit(spec => spec.Pod = new PodSettings { PriorityClassName = "low" });
        world.Reconcile();
        Assert.Single(world.Jobs);
    }

    [Fact]
    public void A_run_is_held_against_the_bounds_with_its_defaults()
    {
        var world = new World { Options = { Policy = { MaxCpu = "500m", Images = "" } } };

        var refused = world.Reconcile().Status.Conditions!.Single(condition => condition.Type == ConditionTypes.Accepted);
        Assert.Equal(Reasons.NotAllowed, refused.Reason);
        Assert.StartsWith("spec.pod.cpu: 1 is more than is allowed here", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_are_held_against_the_same_bounds()
    {
        var policy = new InstallationPolicy(new PolicyOptions { Claims = "data-*", RegistrySecrets = "pull-*" }, Image);
        var pod = new InspectionPodSettings { PriorityClassName = "system-node-critical" };

        Assert.Equal(
            ["spec.pod.priorityClassName", "spec.source.pvc.claimName"],
            Fields(
                PodDemand.Of(new BaseModelSpec { Pod = pod, Source = new FileSource { Pvc = new PvcSource { ClaimName = "other" } } })));
        Assert.Equal(
            ["spec.source.oci.pullSecretRef.name"],
            Fields(PodDemand.Of(new TrainingDatasetSpec
            {
                Source = new FileSource
                {
                    Oci = new OciSource
                    {
                        Reference = "r.example/x:1",
                        PullSecretRef = new LocalReference { Name = "other" }
                    }
                },
            })));

        IEnumerable<string> Fields(PodDemand demand)
        {
            return policy.Check(demand).Select(problem => problem.Split(": ")[0]);
        }
    }

    private static IReadOnlyList<string> Check(PolicyOptions options, string asked, string trainerImage = Image)
    {
        return new InstallationPolicy(options, trainerImage).Check(PodDemand.Of(Defaults.Apply(Spec(asked))));
    }

    /// <summary>A spec that asks for one thing.</summary>
    private static AdapterTrainingRunSpec Spec(string asked)
    {
        var (what, value) = (asked.Split('=')[0], asked[(asked.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        return what switch
        {
            "" => new(),
            "push" => new() { Publish = new PublishSpec { PushSecretRef = new LocalReference { Name = value } } },
            "claim" => new() { Checkpoint = new CheckpointSpec { ClaimName = value } },
            _ => new() { Pod = Pod(what, value) },
        };
    }

    private static PodSettings Pod(string what, string value)
    {
        return what switch
        {
            "image" => new() { Image = value },
            "priority" => new() { PriorityClassName = value },
            "toleration" => new() { Tolerations = [new TolerationSpec { Key = value.Length == 0 ? null : value, Operator = "Exists" }] },
            "account" => new() { ServiceAccountName = value },
            "runtime" => new() { RuntimeClassName = value },
            "pull" => new() { ImagePullSecrets = [new LocalReference { Name = value }] },
            "env" =>
                new() { Env = [new EnvironmentVariable { Name = "X", SecretKeyRef = new SecretKeyReference { Name = value, Key = "k" } }] },
            "cpu" => new() { Cpu = value },
            "limit" => new() { CpuLimit = value },
            "memory" => new() { Memory = value },
            "output" => new() { Storage = new StorageLimits { Output = value } },
            "gpus" => new() { Gpu = new GpuSpec { Count = int.Parse(value, null) } },
            _ => throw new ArgumentException(what, nameof(what)),
        };
    }
}
