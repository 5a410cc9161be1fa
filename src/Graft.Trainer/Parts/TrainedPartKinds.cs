using Graft.Adapters;
using Graft.Adapters.Projectors;
using Graft.Api.Planning;
using Graft.Data.Batches;
using Graft.Data.Pictures;
using Graft.Models;

namespace Graft.Trainer.Parts;

/// <summary>What a trained part is made with.</summary>
/// <param name="Models">The frozen models by name.</param>
/// <param name="Made">The parts that were made before it: what they change in a model, it meets.</param>
/// <param name="Start">The seed, and the tokenizer.</param>
internal sealed record PartSurroundings(
    IReadOnlyDictionary<string, IFrozenModel> Models, IReadOnlyList<NamedPart> Made, AdapterStart Start)
{
    /// <summary>The frozen model of a name.</summary>
    /// <exception cref="PlanFormatException">There is none, or of another role.</exception>
    public T Model<T>(string name, TrainedPart part)
        where T : class, IFrozenModel =>
        Models.GetValueOrDefault(name) as T
            ?? throw new PlanFormatException($"recipe.parts: '{part.Name}' names '{name}', which is no such frozen part of the plan.");
}

/// <summary>How a role of trained parts is made and loaded.</summary>
internal interface ITrainedPartKind
{
    /// <summary>The part's type in a plan.</summary>
    Type Part { get; }

    /// <summary>The name of the model on whose passes it acts.</summary>
    string On(TrainedPart part);

    /// <summary>A new one.</summary>
    ITrainedPart Attach(TrainedPart part, PartSurroundings surroundings);

    /// <summary>One that was saved.</summary>
    ITrainedPart Load(TrainedPart part, string folder, PartSurroundings surroundings);

    /// <summary>What it needs of a batch besides tokens.</summary>
    IEnumerable<ISideInput> SideInputs(TrainedPart part, PartSurroundings surroundings) => [];
}

/// <summary>The roles of trained parts. A new one is a line in the list.</summary>
internal static class TrainedPartKinds
{
    private static readonly IReadOnlyList<ITrainedPartKind> All = [new AdapterKind(), new ProjectorKind()];

    /// <summary>The kind of a part.</summary>
    public static ITrainedPartKind Of(TrainedPart part) => All.FirstOrDefault(kind => kind.Part == part.GetType())
        ?? throw new PlanFormatException($"recipe.parts: this trainer does not know how to train '{part.Name}'.");

    private sealed class AdapterKind : ITrainedPartKind
    {
        public Type Part => typeof(AdapterPart);

        public string On(TrainedPart part) => ((AdapterPart)part).On;

        public ITrainedPart Attach(TrainedPart part, PartSurroundings surroundings) =>
            AdapterMethods.Of(((AdapterPart)part).Method).Attach(surroundings.Model<IFrozenModel>(On(part), part), surroundings.Start);

        public ITrainedPart Load(TrainedPart part, string folder, PartSurroundings surroundings) =>
            AdapterMethods.Load(folder, surroundings.Model<IFrozenModel>(On(part), part));
    }

    private sealed class ProjectorKind : ITrainedPartKind
    {
        public Type Part => typeof(ProjectorPart);

        public string On(TrainedPart part) => ((ProjectorPart)part).Into;

        public ITrainedPart Attach(TrainedPart part, PartSurroundings surroundings) => ProjectorMethods.Attach(
            ((ProjectorPart)part).Projector.Selected, Attachment((ProjectorPart)part, surroundings), surroundings.Start.Seed);

        public ITrainedPart Load(TrainedPart part, string folder, PartSurroundings surroundings) =>
            Projector.Load(folder, Attachment((ProjectorPart)part, surroundings));

        public IEnumerable<ISideInput> SideInputs(TrainedPart part, PartSurroundings surroundings)
        {
            var encoder = Encoder((ProjectorPart)part, surroundings);
            yield return new PictureInput(Pixels((ProjectorPart)part), EncoderPictures.Of(encoder));
        }

        private static ProjectorAttachment Attachment(ProjectorPart part, PartSurroundings surroundings) => new(
            Encoder(part, surroundings),
            surroundings.Model<ICausalLanguageModel>(part.Into, part),
            Pixels(part),
            PartGraph.HooksOf(part.From, surroundings.Made, made => made.Hooks),
            PartGraph.HooksOf(part.From, surroundings.Made, made => made.TrainingHooks));

        private static IVisionEncoder Encoder(ProjectorPart part, PartSurroundings surroundings) =>
            surroundings.Model<IVisionEncoder>(part.From, part);

        private static string Pixels(ProjectorPart part) => $"{part.From}.pixels";
    }
}
