namespace Graft.Api.Methods;

/// <summary>What a run publishes.</summary>
public enum ArtifactKind
{
    /// <summary>A small trained part beside the frozen base, in the form that PEFT reads.</summary>
    Adapter,

    /// <summary>A whole model in Hugging Face's layout.</summary>
    Model,

    /// <summary>A small trained part between a frozen encoder and a frozen language model.</summary>
    Projector,
}
