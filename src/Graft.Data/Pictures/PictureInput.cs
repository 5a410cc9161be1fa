using Graft.Common;
using Graft.Data.Batches;
using static TorchSharp.torch;

namespace Graft.Data.Pictures;

/// <summary>How an encoder takes pictures: their size, and mean and standard deviation of each color in what it was trained on.</summary>
/// <param name="Size">The side of the square, in pixels.</param>
/// <param name="Mean">Of red, green and blue, as shares of 255.</param>
/// <param name="StandardDeviation">Likewise.</param>
public sealed record PicturePreprocessing(int Size, IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation)
{
    private const string FileName = "preprocessor_config.json";

    /// <summary>Reads an encoder's preprocessor_config.json.</summary>
    /// <param name="folder">The encoder's folder.</param>
    /// <param name="size">The side of the pictures that it takes.</param>
    /// <exception cref="DatasetException">There is none, or it lacks <c>image_mean</c> or <c>image_std</c>.</exception>
    public static PicturePreprocessing Read(string folder, int size)
    {
        var path = Path.Combine(folder, FileName);
        var fields = JsonFields.Read(path, (message, cause) => new DatasetException(message, cause));
        var (mean, deviation) = (Colors(fields, "image_mean"), Colors(fields, "image_std"));
        return deviation.All(number => number > 0)
            ? new PicturePreprocessing(size, mean, deviation)
            : throw fields.Wrong("image_std", "three numbers above 0");
    }

    private static float[] Colors(JsonFields fields, string name) =>
        fields.Doubles(name) is { Count: 3 } numbers
            ? [.. numbers.Select(number => (float)number)]
            : throw fields.Wrong(name, "three numbers, which say how the encoder takes pictures");
}

/// <summary>The pixels of the samples' pictures, [B, 3, size, size], normalized as an encoder takes them.</summary>
/// <param name="name">The side input's name.</param>
/// <param name="preprocessing">How the encoder takes them.</param>
public sealed class PictureInput(string name, PicturePreprocessing preprocessing) : ISideInput
{
    public string Name => name;

    public void Check(string? picture)
    {
        var file = picture ?? throw NoPicture();
        if (PortablePixmap.Measure(file) is var (width, height) && (width != preprocessing.Size || height != preprocessing.Size))
        {
            throw new DatasetException(
                $"{file}: the picture has {width} × {height} pixels, the encoder takes {preprocessing.Size} × {preprocessing.Size}; resize it");
        }
    }

    public Tensor Of(IReadOnlyList<string?> pictures, Device device)
    {
        using var scope = NewDisposeScope();
        var mean = tensor(preprocessing.Mean.ToArray()).view(1, 3, 1, 1);
        var deviation = tensor(preprocessing.StandardDeviation.ToArray()).view(1, 3, 1, 1);
        var pixels = stack(pictures.Select(Pixels)).permute(0, 3, 1, 2).to(ScalarType.Float32) / 255;
        return ((pixels - mean) / deviation).contiguous().to(device).MoveToOuterDisposeScope();
    }

    private Tensor Pixels(string? file)
    {
        Check(file);
        var picture = PortablePixmap.Read(file!);
        return tensor(picture.Rgb, [picture.Height, picture.Width, 3], ScalarType.Byte);
    }

    private static DatasetException NoPicture() =>
        new("A record has no picture, and the encoder needs one; use records of the format imageText.");
}
