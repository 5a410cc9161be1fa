using Graft.Api.Schema;
using k8s;
using k8s.Models;

namespace Graft.Api.V1Alpha1;

/// <summary>A run, of whatever kind: something that a trainer carries out.</summary>
public interface IRunResource : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>What the user asks for.</summary>
    RunSpec Spec { get; }

    /// <summary>What the operator has seen.</summary>
    TrainingRunStatus? Status { get; }
}

/// <summary>A kind of run.</summary>
/// <typeparam name="TSpec">Its spec.</typeparam>
[PrinterColumn("State", "string", ".status.conditions[?(@.type==\"Succeeded\")].reason", "What the run is doing, in one word")]
[PrinterColumn("Progress", "string", ".status.progress.summary", "Step of steps")]
[PrinterColumn("Loss", "string", ".status.progress.loss", "The last training loss")]
[PrinterColumn("Version", "string", ".status.artifact.version", "The published version")]
[PrinterColumn("ETA", "string", ".status.progress.eta", "Time left", Priority = 1)]
[PrinterColumn("Digest", "string", ".status.artifact.digest", "The published digest", Priority = 1)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "Time since creation")]
[PrinterColumn("Message", "string", ".status.conditions[?(@.type==\"Succeeded\")].message", "What the run is doing, in a sentence")]
public abstract class RunResource<TSpec> : GraftResource<TSpec, TrainingRunStatus>, IRunResource
    where TSpec : RunSpec, new()
{
    RunSpec IRunResource.Spec => Spec;
}

/// <summary>What runs name in their specs: something that is inspected once and pinned by the digest of its files.</summary>
public interface IInputResource : IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Where the files are.</summary>
    FileSource? Source { get; }

    /// <summary>The digest that the files must have; any if null.</summary>
    string? PinnedDigest { get; }

    /// <summary>What the operator has seen.</summary>
    InputStatus? Status { get; }
}
