using Graft.Api.V1Alpha1;

namespace Graft.Operator.Tests.Pods;

/// <summary>Pod settings in which every field is set, and to something else than its default.</summary>
internal static class EveryPodSetting
{
    public static PodSettings Create()
    {
        return new PodSettings
        {
            Image = "trainer:2",
            ImagePullPolicy = "Never",
            ImagePullSecrets = [new LocalReference { Name = "pull" }],
            Cpu = "1500m",
            CpuLimit = "2500m",
            Memory = "3Gi",
            SharedMemory = "1Gi",
            Storage = new StorageLimits { Scratch = "1Gi", Output = "2Gi", Checkpoints = "3Gi", Inputs = "4Gi" },
            Gpu = new GpuSpec { ResourceName = "nvidia.com/mig-1g.10gb", Count = 1 },
            Labels = new() { ["team"] = "red", ["example.com/cost-centre"] = "7" },
            Annotations = new() { ["example.com/note"] = "any text, with spaces", ["kueue.x-k8s.io/podset-preferred-topology"] = "rack" },
            Env =
            [
                new EnvironmentVariable { Name = "HTTPS_PROXY", Value = "http://proxy.example:3128" },
                new EnvironmentVariable { Name = "TOKEN", SecretKeyRef = new SecretKeyReference { Name = "tokens", Key = "first" } },
            ],
            NodeSelector = new() { ["gpu"] = "a100" },
            Affinity = new AffinitySpec
            {
                NodeAffinity = new NodeAffinitySpec
                {
                    RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelectorSpec
                    {
                        NodeSelectorTerms =
                        [
                            new NodeSelectorTerm
                            {
                                MatchExpressions = [new NodeRequirement { Key = "zone", Operator = "In", Values = ["a", "b"] }],
                                MatchFields = [new NodeRequirement { Key = "metadata.name", Operator = "NotIn", Values = ["broken"] }],
                            },
                        ],
                    },
                    PreferredDuringSchedulingIgnoredDuringExecution =
                    [
                        new PreferredNodes
                        {
                            Weight = 5,
                            Preference = new NodeSelectorTerm { MatchExpressions = [new NodeRequirement { Key = "cores", Operator = "Gt",
                                Values = ["7"] }] },
                        },
                    ],
                },
                PodAffinity = new PodAffinitySpec
                {
                    RequiredDuringSchedulingIgnoredDuringExecution =
                    [
                        new PodAffinityTerm
                        {
                            TopologyKey = "topology.kubernetes.io/zone",
                            Namespaces = ["caches"],
                            LabelSelector = new LabelSelectorSpec { MatchLabels = new() { ["app"] = "cache" } },
                        },
                    ],
                },
                PodAntiAffinity = new PodAffinitySpec
                {
                    PreferredDuringSchedulingIgnoredDuringExecution =
                    [
                        new WeightedPodAffinityTerm
                        {
                            Weight = 9,
                            PodAffinityTerm = new PodAffinityTerm
                            {
                                TopologyKey = "kubernetes.io/hostname",
                                NamespaceSelector = new LabelSelectorSpec(),
                                LabelSelector = new LabelSelectorSpec { MatchExpressions = [new LabelRequirement { Key = "noisy",
                                    Operator = "Exists" }] },
                            },
                        },
                    ],
                },
            },
            TopologySpreadConstraints =
            [
                new TopologySpread
                {
                    MaxSkew = 1,
                    TopologyKey = "kubernetes.io/hostname",
                    WhenUnsatisfiable = "DoNotSchedule",
                    MinDomains = 2,
                    NodeAffinityPolicy = "Ignore",
                    NodeTaintsPolicy = "Honor",
                    LabelSelector = new LabelSelectorSpec { MatchLabels = new() { ["team"] = "red" } },
                },
            ],
            Tolerations =
                [new TolerationSpec { Key = "gpu", Operator = "Equal", Value = "yes", Effect = "NoExecute", TolerationSeconds = 60 }],
            PriorityClassName = "low",
            RuntimeClassName = "nvidia",
            SchedulerName = "other",
            ServiceAccountName = "trainer",
            SecurityContext = new PodIdentity
            {
                FixedIds = false,
                RunAsUser = 1000,
                RunAsGroup = 1001,
                FsGroup = 1002,
                SupplementalGroups = [1003, 1004]
            },
            BackoffLimit = 1,
            ActiveDeadlineSeconds = 3600,
            TtlSecondsAfterFinished = 600,
            TerminationGracePeriodSeconds = 30,
        };
    }
}
