using Graft.Api.Validation;
using Xunit;

namespace Graft.Api.Tests.Validation;

public sealed class PodRulesTests
{
    /// <summary>Pods that are refused, and the first words of why.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "gpu: {count: 4}", "spec.pod.gpu.count: a trainer uses one GPU, so 3 of 4 would be reserved and idle" },
        { "cpu: \"0\"", "spec.pod.cpu: 0 CPUs are asked for" },
        { "{cpu: \"2\", cpuLimit: 1500m}", "spec.pod.cpuLimit: fewer CPUs are allowed (1500m) than asked for (2)" },
        { "cpuLimit: 500m", "spec.pod.cpuLimit: fewer CPUs are allowed (500m) than asked for (1)" },
        { "memory: \"0\"", "spec.pod.memory: 0 is less memory than any trainer needs" },
        { "memory: \"2\"", "spec.pod.memory: 2 is less memory than any trainer needs" },
        { "{memory: 1Gi, sharedMemory: 2Gi}", "spec.pod.sharedMemory: shared memory (2Gi) is part of the pod's memory (1Gi)" },
        { "storage: {output: 0Gi}", "spec.pod.storage.output: a limit of 0 leaves no room" },
        { "labels: {graft.dev/role: x}", "spec.pod.labels[\"graft.dev/role\"]: this key belongs to Graft" },
        { "labels: {app.kubernetes.io/managed-by: x}", "spec.pod.labels[\"app.kubernetes.io/managed-by\"]: this key belongs to Graft" },
        { "labels: {kueue.x-k8s.io/queue-name: x}", "spec.pod.labels[\"kueue.x-k8s.io/queue-name\"]: this key belongs to Kueue" },
        { "labels: {kueue.x-k8s.io/podset-required-topology: x}",
            "spec.pod.labels[\"kueue.x-k8s.io/podset-required-topology\"]: this key belongs to Kueue" },
        { "labels: {job-name: x}", "spec.pod.labels.job-name: this key belongs to the Job controller" },
        { "labels: {batch.kubernetes.io/controller-uid: x}", "spec.pod.labels[\"batch.kubernetes.io/controller-uid\"]: this key belongs to the Job controller" },
        { "annotations: {argocd.argoproj.io/tracking-id: x}", "spec.pod.annotations[\"argocd.argoproj.io/tracking-id\"]: this key belongs to Argo CD" },
        {
            "annotations: {container.apparmor.security.beta.kubernetes.io/trainer: unconfined}",
            "spec.pod.annotations[\"container.apparmor.security.beta.kubernetes.io/trainer\"]: this key belongs to the container runtime's confinement"
        },
        { "labels: {\"a b\": x}", "spec.pod.labels[\"a b\"]: \"a b\" has the wrong form" },
        { "labels: {a: \"x y\"}", "spec.pod.labels.a: \"x y\" has the wrong form" },
        { "nodeSelector: {a/b/c: x}", "spec.pod.nodeSelector[\"a/b/c\"]: \"a/b/c\" has the wrong form" },
        { "env: [{name: HOME, value: /x}]", "spec.pod.env[0].name: HOME cannot be set: Graft sets it" },
        { "env: [{name: GRAFT_BUILTIN_DIR, value: /x}]", "spec.pod.env[0].name: GRAFT_BUILTIN_DIR cannot be set: Graft sets it" },
        { "env: [{name: A, value: b}, {name: DOTNET_STARTUP_HOOKS, value: /x}]",
            "spec.pod.env[1].name: DOTNET_STARTUP_HOOKS cannot be set: it changes which code" },
        { "env: [{name: LD_PRELOAD, value: /x}]", "spec.pod.env[0].name: LD_PRELOAD cannot be set: it changes which code" },
        { "env: [{name: MLFLOW_TRACKING_TOKEN, value: x}]", "spec.pod.env[0].name: MLFLOW_TRACKING_TOKEN cannot be set: the installation sets" },
        { "env: [{name: A}]", "spec.pod.env[0]: exactly one of value, secretKeyRef must be set" },
        { "env: [{name: A, value: b, secretKeyRef: {name: s, key: k}}]",
            "spec.pod.env[0]: exactly one of value, secretKeyRef must be set" },
        { "env: [{name: A, value: b}, {name: A, value: c}]", "spec.pod.env[1].name: another item has the name \"A\" already" },
        { "securityContext: {runAsUser: 0}", "spec.pod.securityContext.runAsUser: 0 is out of bounds" },
        { "tolerations: [{value: x}]", "spec.pod.tolerations[0].key: a toleration without a key tolerates every taint" },
        { "tolerations: [{key: a, operator: Exists, tolerationSeconds: 5}]",
            "spec.pod.tolerations[0].tolerationSeconds: only a pod that is driven out" },
        {
            "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: a, operator: In}]}}]}}",
            "spec.pod.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values: the operator In needs"
        },
        {
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: [x]}]}]}}}",
            "spec.pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: the operator Gt needs"
        },
        {
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: spec.x, operator: In, values: [x]}]}]}}}",
            "spec.pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0]: a node has one field"
        },
        {
            "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: h, labelSelector: {matchExpressions: [{key: a, operator: Exists, values: [x]}]}}]}}",
            "spec.pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].values: the operator Exists compares no"
        },
        {
            "topologySpreadConstraints: [{maxSkew: 1, topologyKey: h, whenUnsatisfiable: ScheduleAnyway, minDomains: 2}]",
            "spec.pod.topologySpreadConstraints[0].minDomains: a least number of domains"
        },
    };

    /// <summary>Pods that are taken.</summary>
    public static TheoryData<string> Taken =>
    [
        "gpu: {}",
        "{cpu: 500m, cpuLimit: \"0.5\"}",
        "env: [{name: HTTPS_PROXY, value: \"http://proxy:3128\"}, {name: NO_PROXY, value: \"\"}, {name: T, secretKeyRef: {name: s, key: k.x}}]",
        "labels: {team: red, example.com/x: \"\", kubernetes.io/metadata: z}",
        "annotations: {kueue.x-k8s.io/podset-required-topology: rack, cluster-autoscaler.kubernetes.io/safe-to-evict: \"false\"}",
        "securityContext: {fixedIds: false, fsGroup: 0, supplementalGroups: [0, 100]}",
        "tolerations: [{operator: Exists}, {key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 5}]",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_pod_that_cannot_be_is_refused_in_words(string pod, string expected)
    {
        var diagnostics = Specs.Diagnose(With(pod));

        Assert.True(diagnostics.Count == 1 && diagnostics[0].Contains("error: " + expected, StringComparison.Ordinal),
            $"{pod}:\n{string.Join('\n', diagnostics)}\nexpected:\n{expected}");
    }

    [Theory]
    [MemberData(nameof(Taken))]
    public void A_pod_that_can_be_is_taken(string pod)
    {
        Assert.Empty(Specs.Diagnose(With(pod)));
    }

    [Fact]
    public void A_run_with_an_mlflow_server_of_its_own_says_what_that_needs()
    {
        Assert.Empty(Specs.Diagnose(With("env: [{name: MLFLOW_TRACKING_TOKEN, secretKeyRef: {name: mine, key: token}}]") + "\n  tracking: {uri: \"https://mlflow.example\"}"));
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("500m", 0.5)]
    [InlineData("1.5Gi", 1.5 * 1024 * 1024 * 1024)]
    [InlineData("2M", 2e6)]
    public void A_quantity_is_a_number(string text, double number)
    {
        Assert.Equal(number, Quantity.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Gi")]
    [InlineData("1.2.3")]
    [InlineData("1Pi")]
    public void What_is_no_quantity_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => Quantity.Parse(text));
    }

    private static string With(string pod)
    {
        return Specs.Run + (pod.StartsWith('{') ? $"\n  pod: {pod}" : $"\n  pod:\n    {pod}");
    }
}
