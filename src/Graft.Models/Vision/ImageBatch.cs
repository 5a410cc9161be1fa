using static TorchSharp.torch;

namespace Graft.Models.Vision;

/// <summary>What enters a vision encoder: pixel values [B, channels, height, width], or the residual stream before some block.</summary>
public sealed record ImageBatch : ModelInput
{
    private ImageBatch()
    {
    }

    /// <summary>As the model's preprocessor makes them, or null when the stream is given.</summary>
    public Tensor? PixelValues { get; private init; }

    /// <summary>A batch of pictures, [B, channels, height, width].</summary>
    public static ImageBatch Of(Tensor pixelValues) => pixelValues.dim() == 4
        ? new ImageBatch { PixelValues = pixelValues }
        : throw new ArgumentException(
            $"pixel values must be [B, channels, height, width], not [{string.Join(", ", pixelValues.shape)}]", nameof(pixelValues));

    /// <summary>The residual stream before a block: the blocks below are not run again.</summary>
    /// <param name="stream">[B, tokens, hidden].</param>
    /// <param name="layer">The block that comes next.</param>
    public static ImageBatch OfStream(Tensor stream, int layer) => stream.dim() == 3
        ? new ImageBatch { Stream = stream, FromLayer = layer }
        : throw new ArgumentException($"the stream must be [B, T, hidden], not [{string.Join(", ", stream.shape)}]", nameof(stream));
}
