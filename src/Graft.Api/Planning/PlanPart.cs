using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Graft.Api.Defaulting;
using Graft.Api.Methods;
using Graft.Api.Projectors;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Planning;

/// <summary>A part of what a run computes with: a frozen model, or something trained on or between them.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "role")]
[JsonDerivedType(typeof(LanguageModelPart), "languageModel")]
[JsonDerivedType(typeof(EncoderPart), "encoder")]
[JsonDerivedType(typeof(AdapterPart), "adapter")]
[JsonDerivedType(typeof(ProjectorPart), "projector")]
public abstract record PlanPart
{
    /// <summary>Names it in the graph; <see cref="Execution.Inputs"/> says under this name where its files are.</summary>
    [JsonPropertyOrder(-1)]
    public required string Name { get; init; }

    /// <summary>The digest of the files that it is read from; null where it is read from none.</summary>
    [JsonIgnore]
    public abstract string? FilesDigest { get; }
}

/// <summary>A frozen model.</summary>
public abstract record ModelPart : PlanPart
{
    protected ModelPart()
    {
    }

    /// <summary>The part that a BaseModel makes.</summary>
    /// <param name="name">Its name in the graph.</param>
    /// <param name="input">The BaseModel, and the digest of its files.</param>
    [SetsRequiredMembers]
    protected ModelPart(string name, PinnedInput input)
    {
        var model = (BaseModel)input.Resource;
        var spec = Defaults.Apply(model.Spec);
        Name = name;
        Model = model.Metadata.Name;
        Format = spec.Format!;
        Digest = input.Digest;
        RandomInitializationSeed = spec.RandomInitialization?.Seed;
        HubId = spec.HubId;
        Source = spec.Source?.InWords();
        License = spec.License?.Spdx;
        LicenseUrl = spec.License?.Url;
        LicenseNotice = spec.License?.Notice;
    }

    /// <summary>The name of the BaseModel.</summary>
    [NotHashed]
    public required string Model { get; init; }

    public required string Format { get; init; }

    /// <summary>The digest of the model's files.</summary>
    public required string Digest { get; init; }

    /// <summary>Set where the weights are drawn at random from this seed instead of read.</summary>
    public int? RandomInitializationSeed { get; init; }

    /// <summary>The model's name on the Hugging Face hub, where the BaseModel says it.</summary>
    [NotHashed]
    public string? HubId { get; init; }

    /// <summary>Where its files are, as the BaseModel says it (<see cref="FileSource.InWords"/>).</summary>
    [NotHashed]
    public string? Source { get; init; }

    [NotHashed]
    public string? License { get; init; }

    [NotHashed]
    public string? LicenseUrl { get; init; }

    [NotHashed]
    public string? LicenseNotice { get; init; }

    [JsonIgnore]
    public override string? FilesDigest => Digest;

    /// <summary>
    /// What a published configuration calls the model: its name on the hub, else where its files are, in a form that no library takes for a
    /// name on the hub.
    /// </summary>
    [JsonIgnore]
    public string Called => HubId ?? Source ?? Model;

    /// <summary>The same without the texts that came after form 1, in which every field counts.</summary>
    public ModelPart InFirstForm() => this with { HubId = null, Source = null, LicenseUrl = null };
}

/// <summary>The frozen language model.</summary>
public sealed record LanguageModelPart : ModelPart
{
    public LanguageModelPart()
    {
    }

    /// <summary>The part that a BaseModel makes.</summary>
    [SetsRequiredMembers]
    public LanguageModelPart(string name, PinnedInput input)
        : base(name, input)
    {
    }
}

/// <summary>A frozen encoder of images.</summary>
public sealed record EncoderPart : ModelPart
{
    public EncoderPart()
    {
    }

    /// <summary>The part that a BaseModel makes.</summary>
    [SetsRequiredMembers]
    public EncoderPart(string name, PinnedInput input)
        : base(name, input)
    {
    }
}

/// <summary>Something that is trained.</summary>
public abstract record TrainedPart : PlanPart
{
    /// <summary>The digest of the files of the artifact that it begins as; without it it begins anew.</summary>
    public string? Digest { get; init; }

    [JsonIgnore]
    public override string? FilesDigest => Digest;

    /// <summary>What it is published as.</summary>
    [JsonIgnore]
    public abstract ArtifactKind Publishes { get; }

    /// <summary>It in words, as a model card has it.</summary>
    [JsonIgnore]
    public abstract string Title { get; }

    /// <summary>The programs that load what is published as it is, in words.</summary>
    [JsonIgnore]
    public abstract string LoadedBy { get; }

    /// <summary>The library that model hubs are told to load it with.</summary>
    [JsonIgnore]
    public abstract string Library { get; }
}

/// <summary>A frozen model's adapter.</summary>
public sealed record AdapterPart : TrainedPart
{
    /// <summary>The name of the model that it adapts.</summary>
    public required string On { get; init; }

    public required MethodSpec Method { get; init; }

    [JsonIgnore]
    public override ArtifactKind Publishes => Method.Selected.Publishes;

    [JsonIgnore]
    public override string Title => Method.Selected.Title;

    [JsonIgnore]
    public override string LoadedBy => Method.Selected.LoadedBy;

    [JsonIgnore]
    public override string Library => Method.Selected.Library;
}

/// <summary>Leads from an encoder's vectors to the language model's input.</summary>
public sealed record ProjectorPart : TrainedPart
{
    /// <summary>The name of the encoder.</summary>
    public required string From { get; init; }

    /// <summary>The name of the language model.</summary>
    public required string Into { get; init; }

    public required ProjectorSpec Projector { get; init; }

    [JsonIgnore]
    public override ArtifactKind Publishes => ArtifactKind.Projector;

    [JsonIgnore]
    public override string Title => Projector.Selected.Title;

    [JsonIgnore]
    public override string LoadedBy => "Graft";

    [JsonIgnore]
    public override string Library => Libraries.Graft;
}
