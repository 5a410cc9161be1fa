using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Graft.Tests;
using k8s.Models;

namespace Graft.Operator.Bench;

/// <summary>A namespace with a base model and a data set that are ready, so that a run's Job is all that is left to create.</summary>
internal sealed class BenchNamespace
{
    private const string Manager = "bench";
    private readonly ResourceClient<AdapterTrainingRun> _runs;
    private readonly ResourceClient<V1Namespace> _namespaces;
    private readonly V1Namespace _namespace;

    private BenchNamespace(ApiClient api, V1Namespace @namespace)
    {
        _runs = new ResourceClient<AdapterTrainingRun>(api);
        _namespaces = new ResourceClient<V1Namespace>(api);
        _namespace = @namespace;
    }

    public string Name => _namespace.Metadata.Name;

    public static async Task<BenchNamespace> CreateAsync(ApiClient api)
    {
        var created = new BenchNamespace(api, await new ResourceClient<V1Namespace>(api).CreateAsync(
            new V1Namespace { Metadata = new V1ObjectMeta { GenerateName = "graft-bench-" } }, Manager, CancellationToken.None));
        var model = await new ResourceClient<BaseModel>(api).CreateAsync(
            Resources.Model("tiny", created.Name),
            Manager,
            CancellationToken.None);
        var dataset = await new ResourceClient<TrainingDataset>(api).CreateAsync(
            Resources.Dataset("words", created.Name),
            Manager,
            CancellationToken.None);
        await new ResourceClient<BaseModel>(api).ApplyStatusAsync(
            model, Ready('a', model.Metadata.Generation), Manager, CancellationToken.None);
        await new ResourceClient<TrainingDataset>(api).ApplyStatusAsync(
            dataset, Ready('b', dataset.Metadata.Generation), Manager, CancellationToken.None);
        return created;
    }

    /// <summary>Creates a run.</summary>
    public async Task PostRunAsync(string name)
    {
        await _runs.CreateAsync(Resources.Run(name, Name, rank: 8), Manager, CancellationToken.None);
    }

    /// <summary>Deletes the namespace with everything in it.</summary>
    public Task DeleteAsync()
    {
        return _namespaces.DeleteAsync(new ObjectKey("", Name), _namespace.Metadata.Uid, CancellationToken.None);
    }


    private static object Ready(char digit, long? generation)
    {
        return new
        {
            digest = "sha256:" + new string(digit, 64),
            observedGeneration = generation,
            conditions = new[]
            {
                new
                {
                    type = ConditionTypes.Ready,
                    status = "True",
                    reason = Reasons.Available,
                    message = "Made ready for a measurement.",
                    lastTransitionTime = "2026-01-01T00:00:00Z",
                    observedGeneration = generation,
                },
            },
        };
    }
}
