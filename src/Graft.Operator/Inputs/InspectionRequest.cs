using Graft.Api.Defaulting;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Operator.Pods;
using Graft.Operator.Policy;
using k8s;
using k8s.Models;

namespace Graft.Operator.Inputs;

/// <summary>What an inspection needs to know of a base model or a data set.</summary>
public sealed record InspectionRequest
{
    public required IKubernetesObject<V1ObjectMeta> Resource { get; init; }

    public required V1OwnerReference Owner { get; init; }

    /// <summary>What is wrong with the spec; nothing if empty.</summary>
    public required IReadOnlyList<SpecProblem> Problems { get; init; }

    /// <summary>Where the files are; null where the spec does not say.</summary>
    public required FileSource? Source { get; init; }

    /// <summary>How to read them as a model; exactly one of this and <see cref="Dataset"/> is set.</summary>
    public InspectedModel? Model { get; init; }

    /// <summary>How to read them as a data set.</summary>
    public InspectedDataset? Dataset { get; init; }

    /// <summary>The digest that the files must have; any if null.</summary>
    public required string? ExpectedDigest { get; init; }

    /// <summary>The resource's <c>spec.rerun</c>: another value is another inspection.</summary>
    public required string? Rerun { get; init; }

    /// <summary>What the resource asks for its inspection pod.</summary>
    public required InspectionPodSettings? Pod { get; init; }

    /// <summary>What the resource asks for, as far as the installation bounds it.</summary>
    public PodDemand Demand { get; init; } = new();

    public required InputStatus? Status { get; init; }

    /// <summary>A request that says nothing of the files.</summary>
    public static InspectionRequest Without(IKubernetesObject<V1ObjectMeta> resource, V1OwnerReference owner, InputStatus? status)
    {
        return new InspectionRequest
        {
            Resource = resource,
            Owner = owner,
            Problems = [],
            Source = null,
            ExpectedDigest = null,
            Rerun = null,
            Pod = null,
            Status = status,
        };
    }
}

/// <summary>What tells base models and data sets apart, as far as inspecting them goes.</summary>
/// <typeparam name="T">The resource.</typeparam>
public interface IInputKind<T>
{
    /// <summary>What to inspect.</summary>
    InspectionRequest Request(T resource);

    /// <summary>What is known when the spec cannot be read at all.</summary>
    InspectionRequest Unreadable(T resource);

    /// <summary>What was found: what the report says or, without one, what was found before.</summary>
    InputStatus Found(T resource, InspectionReport? report);
}

/// <summary>Base models.</summary>
public sealed class BaseModels : IInputKind<BaseModel>
{
    public InspectionRequest Request(BaseModel resource)
    {
        var spec = Defaults.Apply(resource.Spec);
        return new InspectionRequest
        {
            Resource = resource,
            Owner = Owner.Reference(resource),
            Problems = SpecValidator.Validate(resource),
            Source = spec.Source,
            Model = new InspectedModel { Format = spec.Format!, RandomInitialization = spec.RandomInitialization is not null },
            ExpectedDigest = spec.Digest,
            Rerun = spec.Rerun,
            Pod = spec.Pod,
            Demand = PodDemand.Of(resource.Spec),
            Status = resource.Status,
        };
    }

    public InspectionRequest Unreadable(BaseModel resource)
    {
        return InspectionRequest.Without(resource, Owner.Reference(resource), resource.Status);
    }

    public InputStatus Found(BaseModel resource, InspectionReport? report)
    {
        return report is null
            ? new BaseModelStatus
            {
                Digest = resource.Status?.Digest,
                Architecture = resource.Status?.Architecture,
                Parameters = resource.Status?.Parameters,
                SizeBytes = resource.Status?.SizeBytes,
            }
            : new BaseModelStatus
            {
                Digest = report.Digest,
                Architecture = report.Architecture,
                Parameters = report.Parameters,
                SizeBytes = report.SizeBytes,
            };
    }
}

/// <summary>Data sets.</summary>
public sealed class TrainingDatasets : IInputKind<TrainingDataset>
{
    public InspectionRequest Request(TrainingDataset resource)
    {
        var spec = Defaults.Apply(resource.Spec);
        return new InspectionRequest
        {
            Resource = resource,
            Owner = Owner.Reference(resource),
            Problems = SpecValidator.Validate(resource),
            Source = spec.Source,
            Dataset = new InspectedDataset { Format = spec.Format!, TrainFile = spec.TrainFile!, EvaluationFile = spec.EvaluationFile },
            ExpectedDigest = spec.Digest,
            Rerun = spec.Rerun,
            Pod = spec.Pod,
            Demand = PodDemand.Of(resource.Spec),
            Status = resource.Status,
        };
    }

    public InspectionRequest Unreadable(TrainingDataset resource)
    {
        return InspectionRequest.Without(resource, Owner.Reference(resource), resource.Status);
    }

    public InputStatus Found(TrainingDataset resource, InspectionReport? report)
    {
        return report is null
            ? new TrainingDatasetStatus
            {
                Digest = resource.Status?.Digest,
                TrainRecords = resource.Status?.TrainRecords,
                EvaluationRecords = resource.Status?.EvaluationRecords,
                BadRecords = resource.Status?.BadRecords,
            }
            : new TrainingDatasetStatus
            {
                Digest = report.Digest,
                TrainRecords = report.TrainRecords,
                EvaluationRecords = report.EvaluationRecords,
                BadRecords = report.BadRecords,
            };
    }
}
