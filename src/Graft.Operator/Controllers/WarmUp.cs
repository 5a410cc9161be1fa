using System.Buffers;
using System.Text;
using System.Text.Json;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>
/// Reads, decides and writes a made-up run in memory, so that the code for it is compiled before the operator is ready: the first real
/// run would wait for that, a third of a second.
/// </summary>
public static class WarmUp
{
    private const string Name = "warm-up";

    /// <summary>Goes the way of a run from its watch event to its Job, without the API server.</summary>
    /// <returns>The Job that the run would have; null where the installation's settings accept no such run.</returns>
    public static V1Job? Run(OperatorOptions options, string? reportCa, DateTimeOffset now)
    {
        var run = Received(new AdapterTrainingRun
        {
            Kind = nameof(AdapterTrainingRun),
            Metadata = Metadata(),
            Spec = new AdapterTrainingRunSpec
            {
                BaseModelRef = new LocalReference { Name = Name },
                Method = new MethodSpec { Lora = new LoraSpec() },
                Data = new DataSpec { DatasetRef = new LocalReference { Name = Name } },
                Publish = new PublishSpec { Repository = "registry.invalid/warm-up" },
            },
        });
        var model = Received(new BaseModel
        {
            Kind = nameof(BaseModel),
            Metadata = Metadata(),
            Spec = new BaseModelSpec { Source = new FileSource { Builtin = new BuiltinSource { Name = "tiny" } } },
            Status = Ready(new BaseModelStatus(), now),
        });
        var dataset = Received(new TrainingDataset
        {
            Kind = nameof(TrainingDataset),
            Metadata = Metadata(),
            Spec = new TrainingDatasetSpec { Source = new FileSource { Builtin = new BuiltinSource { Name = "words" } } },
            Status = Ready(new TrainingDatasetStatus(), now),
        });
        var inputs = new Dictionary<string, IInputResource> { [RecipeResolver.BasePart] = model, [Execution.DatasetInput] = dataset };
        var decision = new RunDecider(options, () => reportCa)
            .Decide(new RunObservation { Run = run, Inputs = inputs, Now = now });
        var status = StatusJson.Of(decision.Status);
        _ = JsonSerializer.Serialize(new { status });
        run.Status = decision.Status;
        _ = Received(run);
        _ = Received(new Eventsv1Event { Kind = Eventsv1Event.KubeKind, Metadata = Metadata(), EventTime = now.UtcDateTime });
        if (decision.Actions.OfType<CreateChildren>().FirstOrDefault() is not { Children: var children })
        {
            return null;
        }

        _ = Received(children.Plan);
        return Received(children.Job);
    }

    /// <summary>The object as a watch would bring it, read before as the answer to a write is.</summary>
    private static T Received<T>(T resource)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var json = KubernetesJson.Serialize(resource);
        // The answer to a write is read otherwise than what a watch brings.
        _ = JsonSerializer.Deserialize<T>(json, ApiJson.Options);
        var line = Encoding.UTF8.GetBytes($$"""{"type":"ADDED","object":{{json}}}""");
        return WatchLine.Parse<T>(new ReadOnlySequence<byte>(line), ApiJson.ForCaches).Object;
    }

    private static V1ObjectMeta Metadata()
    {
        return new V1ObjectMeta { Name = Name, NamespaceProperty = Name, Uid = Name, Generation = 1, ResourceVersion = "1" };
    }

    private static T Ready<T>(T status, DateTimeOffset now)
        where T : InputStatus
    {
        var conditions = new ConditionSet(null, 1, now);
        conditions.Set(ConditionTypes.Ready, ConditionSet.True, Reasons.Available, "");
        status.Digest = "sha256:" + new string('0', 64);
        status.ObservedGeneration = 1;
        status.Conditions = conditions.ToList();
        return status;
    }
}
