using System.Text.Json.Nodes;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runtime;
using Graft.Operator.Tests.Pods;
using k8s;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>Pods with every setting, at the real API server, in a namespace of the restricted Pod Security Standard.</summary>
[Collection(ApiServer.Collection)]
public sealed class PodTests(ApiServer server)
{
    [Fact]
    public async Task A_pod_with_every_setting_is_admitted_and_keeps_them()
    {
        await server.RequireAsync();
        var settings = EveryPodSetting.Create();
        // These name objects that other people make.
        (settings.PriorityClassName, settings.RuntimeClassName, settings.ServiceAccountName) = (null, null, null);
        var sent = Build(settings);

        var kept = await CreateAsync(sent);

        // The server adds defaults and tolerations of its own; what was asked for is all there.
        AssertKept(sent.Spec.Affinity, kept.Spec.Affinity);
        AssertKept(sent.Spec.TopologySpreadConstraints, kept.Spec.TopologySpreadConstraints);
        AssertKept(sent.Spec.SecurityContext, kept.Spec.SecurityContext);
        AssertKept(sent.Spec.ImagePullSecrets, kept.Spec.ImagePullSecrets);
        AssertKept(sent.Spec.NodeSelector, kept.Spec.NodeSelector);
        AssertKept(sent.Spec.Containers[0].Env, kept.Spec.Containers[0].Env);
        AssertKept(sent.Spec.Containers[0].Resources, kept.Spec.Containers[0].Resources);
        AssertKept(sent.Metadata.Annotations, kept.Metadata.Annotations);
        Assert.Equal("1Gi", kept.Spec.Volumes.Single(volume => volume.EmptyDir?.Medium == "Memory").EmptyDir.SizeLimit.ToString());
        Assert.Equal("other", kept.Spec.SchedulerName);
        Assert.Contains(kept.Spec.Tolerations, toleration => toleration is { Key: "gpu", Value: "yes", TolerationSeconds: 60 });
    }

    [Fact]
    public async Task A_pod_without_fixed_ids_is_admitted()
    {
        await server.RequireAsync();
        var settings = new PodSettings { Cpu = "1", Memory = "1Gi", SecurityContext = new PodIdentity { FixedIds = false } };

        var kept = await CreateAsync(Build(settings));

        Assert.True(kept.Spec.SecurityContext is { RunAsUser: null, RunAsGroup: null, FsGroup: null, RunAsNonRoot: true });
    }

    private async Task<V1Pod> CreateAsync(V1PodTemplateSpec template)
    {
        var @namespace = await server.CreateNamespaceAsync();
        var pod = new V1Pod { Metadata = template.Metadata, Spec = template.Spec };
        (pod.Metadata.Name, pod.Metadata.NamespaceProperty) = ("trainer", @namespace);
        await Eventually.TrueAsync(
            "the namespace has its ServiceAccount",
            async () => await new ResourceClient<V1ServiceAccount>(server.Client)
                .FindAsync(new ObjectKey(@namespace, "default"), TestContext.Current.CancellationToken) is not null);
        return await new ResourceClient<V1Pod>(server.Client).CreateAsync(pod, "tests", TestContext.Current.CancellationToken);
    }

    private static V1PodTemplateSpec Build(PodSettings settings)
    {
        return new TrainerPod
        {
            Options = new OperatorOptions(),
            Labels = ChildLabels.Of("quick", ChildLabels.Train),
            Arguments = ["run", "/etc/graft/plan.json"],
            Settings = settings,
        }.Build();
    }

    private static void AssertKept(object sent, object kept)
    {
        var (wanted, found) = (JsonNode.Parse(KubernetesJson.Serialize(sent)), JsonNode.Parse(KubernetesJson.Serialize(kept)));
        Assert.True(JsonNode.DeepEquals(wanted, found), $"sent: {wanted}\nkept: {found}");
    }
}
