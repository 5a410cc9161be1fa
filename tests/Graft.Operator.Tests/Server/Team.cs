using System.Net;
using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using Graft.Tests;
using k8s;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>
/// A namespace on the real API server with people and pods in it: it applies resources, and moves pods as a kubelet would by
/// writing their status. Everything else (Jobs, their pods, garbage collection) is Kubernetes' own.
/// </summary>
internal sealed class Team(ApiServer server, string @namespace)
{
    public const string RunName = "quick";

    private static readonly string[] Inputs = ["tiny", "words"];
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Namespace => @namespace;

    public ResourceClient<AdapterTrainingRun> Runs { get; } = new(server.Client);

    public ResourceClient<V1Job> Jobs { get; } = new(server.Client);

    public ResourceClient<V1Pod> Pods { get; } = new(server.Client);

    private ResourceClient<V1ResourceQuota> Quotas { get; } = new(server.Client);

    /// <summary>Applies a model and a data set and lets their inspections end well.</summary>
    public async Task HaveInputsAsync()
    {
        await ApplyAsync(new ResourceClient<BaseModel>(server.Client), Resources.Model("tiny", @namespace));
        await ApplyAsync(new ResourceClient<TrainingDataset>(server.Client), Resources.Dataset("words", @namespace));
        foreach (var input in Inputs)
        {
            var pod = await PodAsync($"app.kubernetes.io/instance={input}");
            await EndAsync(pod, 0, JsonSerializer.Serialize(
                new InspectionReport { Digest = "sha256:" + new string(input[0] == 't' ? 'a' : 'b', 64), TrainRecords = 3, Parameters = 5 },
                PlanJson.WireOptions));
        }
    }

    /// <summary>Applies a run, as <c>kubectl apply --server-side</c> does.</summary>
    public async Task<AdapterTrainingRun> ApplyRunAsync(
        int rank = 4, string? rerun = null, string name = RunName, string? repository = null, int? timeToLive = null)
    {
        var run = Resources.Run(name, @namespace, rank);
        run.Spec.Rerun = rerun;
        run.Spec.Pod = timeToLive is null ? null : new PodSettings { TtlSecondsAfterFinished = timeToLive };
        run.Spec.Publish = repository is null ? null : new PublishSpec { Repository = repository };
        return await ApplyAsync(Runs, run);
    }

    /// <summary>Waits until the run's summary is so, such as <c>Unknown/Running</c>, and says these words.</summary>
    public async Task<AdapterTrainingRun> UntilAsync(string state, string name = RunName, string words = "")
    {
        AdapterTrainingRun? run = null;
        var seen = "";
        try
        {
            await Eventually.TrueAsync($"the run is {state}", async () =>
            {
                run = await Runs.GetAsync(new ObjectKey(@namespace, name), Cancellation);
                var summary = run.Status.Get(ConditionTypes.Succeeded);
                seen = $"{summary?.Status}/{summary?.Reason}: {summary?.Message}";
                return seen.StartsWith(state + ":", StringComparison.Ordinal)
                    && seen.Contains(words, StringComparison.Ordinal)
                    && run.Status!.ObservedGeneration == run.Metadata.Generation;
            });
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new InvalidOperationException($"The run is not {state} but {seen}", error);
        }

        return run!;
    }

    /// <summary>The Jobs that train.</summary>
    public async Task<IReadOnlyList<V1Job>> TrainJobsAsync()
    {
        return [.. (await Jobs.ListAsync(@namespace, "graft.dev/role=train", 500, null, Cancellation)).Items];
    }

    /// <summary>The plan that a run's Job mounts.</summary>
    public async Task<V1ConfigMap> PlanAsync(IRunResource run)
    {
        var job = await Jobs.GetAsync(new ObjectKey(@namespace, run.Status!.JobName!), Cancellation);
        var plan = Assert.Single(job.Spec.Template.Spec.Volumes, volume => volume.ConfigMap is not null);
        return await new ResourceClient<V1ConfigMap>(server.Client).GetAsync(new ObjectKey(@namespace, plan.ConfigMap.Name), Cancellation);
    }

    /// <summary>The newest pod that trains for a run, once there is one that has not ended.</summary>
    public Task<V1Pod> TrainerPodAsync(string run = RunName)
    {
        return PodAsync($"graft.dev/role=train,graft.dev/run-name={run}");
    }

    /// <summary>Starts a pod's container.</summary>
    public async Task RunAsync(V1Pod pod)
    {
        await StatusAsync(pod, "Running", new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = DateTime.UtcNow } });
    }

    /// <summary>Ends a pod's container.</summary>
    public async Task EndAsync(V1Pod pod, int exitCode, string? message = null)
    {
        await StatusAsync(pod, exitCode == 0 ? "Succeeded" : "Failed", new V1ContainerState
        {
            Terminated = new V1ContainerStateTerminated
            {
                ExitCode = exitCode,
                Reason = exitCode == 0 ? "Completed" : "Error",
                Message = message,
                StartedAt = DateTime.UtcNow,
                FinishedAt = DateTime.UtcNow,
            },
        });
    }

    /// <summary>Allows none of a resource, such as <c>pods</c>, in the namespace; returns once that counts.</summary>
    public async Task<V1ResourceQuota> ForbidAsync(string resource)
    {
        var quota = await Quotas.CreateAsync(
            new V1ResourceQuota
            {
                Metadata = Metadata("none"),
                Spec = new V1ResourceQuotaSpec { Hard = new Dictionary<string, ResourceQuantity> { [resource] = new("0") } },
            },
            "tests",
            Cancellation);
        await Eventually.TrueAsync(
            "the quota counts", async () => (await Quotas.GetAsync(ObjectKey.Of(quota), Cancellation)).Status?.Hard?.Count > 0);
        return quota;
    }

    /// <summary>Takes a quota back.</summary>
    public Task AllowAsync(V1ResourceQuota quota)
    {
        return Quotas.DeleteAsync(ObjectKey.Of(quota), quota.Metadata.Uid, Cancellation);
    }

    /// <summary>The reasons of the events about the run, in order.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync()
    {
        var events = await new ResourceClient<Eventsv1Event>(server.Client).ListAsync(@namespace, null, 500, null, Cancellation);
        return [.. events.Items.Where(item => item.Regarding.Kind == nameof(AdapterTrainingRun))
            .OrderBy(item => item.EventTime).Select(item => item.Reason)];
    }

    /// <summary>A token for a pod, as the kubelet asks for one.</summary>
    public async Task<string> TokenAsync(V1Pod pod, string audience)
    {
        var body = KubernetesJson.Serialize(new Authenticationv1TokenRequest
        {
            ApiVersion = "authentication.k8s.io/v1",
            Kind = "TokenRequest",
            Spec = new V1TokenRequestSpec
            {
                Audiences = [audience],
                ExpirationSeconds = 600,
                BoundObjectRef =
                    new V1BoundObjectReference { ApiVersion = "v1", Kind = "Pod", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            },
        });
        using var answer = await server.Client.SendAsync(
            HttpMethod.Post, $"api/v1/namespaces/{@namespace}/serviceaccounts/default/token", body, cancellationToken: Cancellation);
        return KubernetesJson.Deserialize<Authenticationv1TokenRequest>(await answer.Content.ReadAsStringAsync(Cancellation)).Status.Token;
    }

    public async Task<V1Pod> PodAsync(string selector)
    {
        V1Pod? pod = null;
        await Eventually.TrueAsync($"there is a pod {selector}", async () =>
        {
            var pods = await Pods.ListAsync(@namespace, selector, 500, null, Cancellation);
            pod = pods.Items.Where(item => item.Status.Phase is "Pending" or "Running" && item.Metadata.DeletionTimestamp is null)
                .OrderBy(item => item.Metadata.CreationTimestamp).LastOrDefault();
            return pod is not null;
        });
        return pod!;
    }

    private async Task StatusAsync(V1Pod pod, string phase, V1ContainerState state)
    {
        var patch = new
        {
            status = new
            {
                phase,
                containerStatuses = new[]
                {
                    new { name = TrainerPod.Container, image = "x", imageID = "x", ready = false, restartCount = 0,
                        state = JsonSerializer.Deserialize<JsonElement>(KubernetesJson.Serialize(state)) },
                },
            },
        };
        await Pods.MergePatchAsync(ObjectKey.Of(pod), patch, "status", "kubelet", Cancellation);
    }

    public async Task<T> ApplyAsync<T>(ResourceClient<T> client, T resource)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        resource.ApiVersion = client.Kind.ApiVersion;
        resource.Kind = client.Kind.Kind;
        using var answer = await server.Client.SendAsync(
            HttpMethod.Patch,
            client.Kind.Path(@namespace, resource.Metadata.Name) + "?fieldManager=somebody&force=true",
            KubernetesJson.Serialize(resource),
            "application/apply-patch+yaml",
            cancellationToken: Cancellation);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created);
        return KubernetesJson.Deserialize<T>(await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private V1ObjectMeta Metadata(string name)
    {
        return new V1ObjectMeta { Name = name, NamespaceProperty = @namespace };
    }
}
