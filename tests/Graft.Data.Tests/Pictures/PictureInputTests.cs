using System.Text;
using Graft.Data.Pictures;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Data.Tests.Pictures;

public sealed class PictureInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("P6 2 1 255\n")]
    [InlineData("P6\n# made by hand\n2 1\n# 8 bits\n255\n")]
    [InlineData("P6\t2\r\n1 255 ")]
    public void A_header_is_read_whatever_its_white_space_and_comments(string header)
    {
        var picture = PortablePixmap.Parse([.. Encoding.ASCII.GetBytes(header), 1, 2, 3, 4, 5, 35], "a.ppm");

        Assert.Equal((2, 1), (picture.Width, picture.Height));
        Assert.Equal([1, 2, 3, 4, 5, 35], picture.Rgb);
    }

    [Theory]
    [InlineData("")]
    [InlineData("P3 2 1 255\n")]
    [InlineData("P6 2 1 65535\n")]
    [InlineData("P6 0 1 255\n")]
    [InlineData("P6 -2 1 255\n")]
    [InlineData("P6 99999999999 1 255\n")]
    [InlineData("P6 2 2 255\n")]
    [InlineData("P6 # without an end")]
    public void What_is_no_such_picture_is_refused_with_the_remedy(string header)
    {
        var error = Assert.Throws<DatasetException>(() => PortablePixmap.Parse([.. Encoding.ASCII.GetBytes(header), 1, 2, 3], "a.ppm"));

        Assert.StartsWith("a.ppm: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("convert", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pixels_are_normalized_color_by_color_and_stand_as_planes()
    {
        var file = Path.Combine(_folder.Path, "a.ppm");
        File.WriteAllBytes(file, [.. "P6 2 2 255\n"u8, 255, 0, 0, 0, 51, 0, 0, 0, 102, 0, 0, 0]);
        var input = new PictureInput("pixels", new PicturePreprocessing(2, [0.5f, 0.1f, 0], [0.5f, 0.1f, 2]));
        using var scope = NewDisposeScope();

        var pixels = input.Of([file], CPU);

        Assert.Equal([1, 3, 2, 2], pixels.shape);
        float[] expected = [1, -1, -1, -1, -1, 1, -1, -1, 0, 0, 0.2f, 0];
        Assert.All(expected.Zip(pixels.data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void A_picture_of_another_size_is_found_from_its_header()
    {
        var file = Path.Combine(_folder.Path, "a.ppm");
        File.WriteAllBytes(file, [.. "P6 2 1 255\n"u8, 1, 2, 3, 4, 5, 6]);
        var input = new PictureInput("pixels", new PicturePreprocessing(2, [0, 0, 0], [1, 1, 1]));

        var error = Assert.Throws<DatasetException>(() => input.Check(file));

        Assert.Contains("a.ppm: the picture has 2 × 1 pixels, the encoder takes 2 × 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, Assert.Throws<DatasetException>(() => input.Of([file], CPU)).Message);
    }

    [Fact]
    public void A_sample_without_a_picture_is_refused()
    {
        var input = new PictureInput("pixels", new PicturePreprocessing(2, [0, 0, 0], [1, 1, 1]));

        var error = Assert.Throws<DatasetException>(() => input.Of([null], CPU));

        Assert.Contains("imageText", error.Message, StringComparison.Ordinal);
    }
}
