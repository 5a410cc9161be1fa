using Graft.Api.Defaulting;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Operator.Pods;
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
    public required InputSource? Source { get; init; }

    /// <summary>How to read them as a model; exactly one of this and <see cref="Dataset"/> is set.</summary>
    public InspectedModel? Model { get; init; }

    /// <summary>How to read them as a data set.</summary>
    public InspectedDataset? Dataset { get; init; }

    /// <summary>The digest that the files must have; any if null.</summary>
    public required string? ExpectedDigest { get; init; }

    public required ResourceStatus? Status { get; init; }
}

/// <summary>What tells base models and data sets apart, as far as inspecting them goes.</summary>
/// <typeparam name="T">The resource.</typeparam>
public interface IInputKind<T>
{
    /// <summary>What to inspect.</summary>
    InspectionRequest Request(T resource);

    /// <summary>The status: the conditions, and what was found; without a report, what was found before.</summary>
    ResourceStatus Status(T resource, List<V1Condition> conditions, InspectionReport? report);
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
            Source = spec.Source is { } source ? InputSource.Of(source) : null,
            Model = new InspectedModel { Format = spec.Format!, RandomInitialization = spec.RandomInitialization is not null },
            ExpectedDigest = spec.Digest,
            Status = resource.Status,
        };
    }

    public ResourceStatus Status(BaseModel resource, List<V1Condition> conditions, InspectionReport? report)
    {
        var status = report is null
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
        status.ObservedGeneration = resource.Metadata.Generation;
        status.Conditions = conditions;
        return status;
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
            Source = spec.Source is { } source ? InputSource.Of(source) : null,
            Dataset = new InspectedDataset { Format = spec.Format!, TrainFile = spec.TrainFile!, EvaluationFile = spec.EvaluationFile },
            ExpectedDigest = spec.Digest,
            Status = resource.Status,
        };
    }

    public ResourceStatus Status(TrainingDataset resource, List<V1Condition> conditions, InspectionReport? report)
    {
        var status = report is null
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
        status.ObservedGeneration = resource.Metadata.Generation;
        status.Conditions = conditions;
        return status;
    }
}
