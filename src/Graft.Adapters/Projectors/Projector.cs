using Graft.Adapters.Peft;
using Graft.Artifacts;
using Graft.Models;
using Graft.Models.Hooks;
using Graft.Models.Vision;
using Graft.Models.Weights;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters.Projectors;

/// <summary>
/// Linear layers with GELU between them, from an encoder's patches to vectors that stand as tokens in front of the language model's
/// input (Liu et al. 2023, arXiv:2304.08485 and 2310.03744). The patches are those after the last block but one, without leading tokens,
/// as LLaVA takes them.
/// </summary>
public sealed class Projector : ITrainedPart
{
    private const int BlocksLeftOut = 1;

    private readonly ProjectorAttachment _attachment;
    private readonly (Parameter Weight, Parameter Bias)[] _layers;
    private readonly Dictionary<string, Tensor> _initial;

    /// <summary>Makes a projector with weights drawn at random, as PyTorch draws those of linear layers.</summary>
    /// <param name="attachment">What it stands between.</param>
    /// <param name="depth">The number of linear layers.</param>
    /// <param name="seed">Decides the weights.</param>
    public Projector(ProjectorAttachment attachment, int depth, ulong seed)
    {
        _attachment = attachment;
        var (encoder, into) = (attachment.Encoder, attachment.Into);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _layers =
        [
            .. Enumerable.Range(0, depth).Select(layer =>
            {
                var inputs = layer == 0 ? encoder.Shape.HiddenSize : into.Shape.HiddenSize;
                return (
                    New(Name(layer, depth, "weight"), [into.Shape.HiddenSize, inputs], inputs),
                    New(Name(layer, depth, "bias"), [into.Shape.HiddenSize], inputs));
            }),
        ];
        Trainable =
        [
            .. _layers.SelectMany((layer, index) => new[]
            {
                new TrainableParameter(Name(index, depth, "bias"), layer.Bias),
                new TrainableParameter(Name(index, depth, "weight"), layer.Weight),
            }).OrderBy(parameter => parameter.Name, StringComparer.Ordinal),
        ];
        State = Trainable.ByName();
        _initial = State.ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone().DetachFromDisposeScope());
        Hooks = new ModelHooks { VirtualTokens = [new PictureTokens(this, attachment.EncoderHooks)] };
        TrainingHooks = attachment.EncoderHooks is null
            ? Hooks
            : new ModelHooks { VirtualTokens = [new PictureTokens(this, attachment.EncoderTrainingHooks)] };

        Parameter New(string name, long[] shape, long inputs)
        {
            using var generator = new Generator(RandomWeights.SeedOf(seed, name), CPU);
            return NewParameters.CopyOf(NewParameters.Uniform(shape, inputs, generator), into.Device);
        }
    }

    public IReadOnlyList<TrainableParameter> Trainable { get; }

    public IReadOnlyDictionary<string, Tensor> State { get; }

    public ModelHooks Hooks { get; }

    public ModelHooks TrainingHooks { get; }

    public bool IsUntrained => _initial.All(entry => NewParameters.AreEqual(State[entry.Key], entry.Value));

    public IReadOnlyList<string> Save(string folder, string? baseModel = null)
    {
        ProjectorConfiguration.Write(folder, _layers.Length, _attachment.Encoder, _layers[0].Weight.shape[0], baseModel);
        TensorFiles.Save(Path.Combine(folder, ProjectorFolder.WeightsFile), State);
        return [ProjectorFolder.ConfigurationFile, ProjectorFolder.WeightsFile];
    }

    /// <summary>Loads a folder between the models that it was trained for.</summary>
    /// <exception cref="AdapterException">It is damaged, or does not fit the models.</exception>
    public static Projector Load(string folder, ProjectorAttachment attachment)
    {
        var depth = ProjectorConfiguration.ReadDepth(folder);
        var projector = new Projector(attachment, depth, seed: 0);
        return PeftFolder.Filled(projector, folder, ProjectorFolder.WeightsFile, projector.State);
    }

    public void Dispose()
    {
        foreach (var tensor in _layers.SelectMany(layer => new Tensor[] { layer.Weight, layer.Bias }).Concat(_initial.Values))
        {
            tensor.Dispose();
        }
    }

    /// <summary>LLaVA's names: a single layer, or the places of the linear layers in a sequence with GELU between them.</summary>
    private static string Name(int layer, int depth, string parameter) =>
        depth == 1 ? $"mm_projector.{parameter}" : $"mm_projector.{layer * 2}.{parameter}";

    private Tensor Project(Tensor patches)
    {
        var projected = patches.to(ScalarType.Float32);
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            var (weight, bias) = _layers[layer];
            projected = nn.functional.linear(layer == 0 ? projected : nn.functional.gelu(projected), weight, bias);
        }

        return projected;
    }

    /// <summary>A picture's patches as tokens.</summary>
    private sealed class PictureTokens(Projector projector, ModelHooks? encoderHooks) : IVirtualTokens
    {
        private readonly ProjectorAttachment _attachment = projector._attachment;

        public int Count => _attachment.Encoder.Patches;

        /// <summary>[B, patches, hidden size of the language model].</summary>
        public Tensor Vectors(ForwardContext context) =>
            projector.Project(context.Once(this, () => Patches(context.Side(_attachment.Pixels))));

        private Tensor Patches(Tensor pixels)
        {
            var encoder = _attachment.Encoder;
            // Nothing is trained in an encoder that is as it was.
            using var noGradient = encoderHooks is null ? no_grad() : null;
            var hidden = encoder.Hidden(ImageBatch.Of(pixels), encoder.Shape.Layers - BlocksLeftOut, encoderHooks);
            return hidden.narrow(1, encoder.LeadingTokens, hidden.shape[1] - encoder.LeadingTokens);
        }
    }
}

/// <summary>What a projector stands between.</summary>
/// <param name="Encoder">The frozen encoder.</param>
/// <param name="Into">The frozen language model.</param>
/// <param name="Pixels">The side input with the pictures' pixels.</param>
/// <param name="EncoderHooks">What differs from the frozen encoder; null for nothing.</param>
/// <param name="EncoderTrainingHooks">The same in training.</param>
public sealed record ProjectorAttachment(
    IVisionEncoder Encoder,
    ICausalLanguageModel Into,
    string Pixels,
    ModelHooks? EncoderHooks = null,
    ModelHooks? EncoderTrainingHooks = null);
