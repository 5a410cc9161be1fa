using System.Globalization;
using System.Xml.Linq;
using Graft.Programs.Charts;
using Xunit;

namespace Graft.Cli.Tests.Display;

public sealed class LossCurveSvgTests
{
    [Fact]
    public void The_picture_is_xml_and_holds_every_point_inside_its_frame()
    {
        LossPoint[] training = [new(1, 4), new(2, 3), new(3, 2.5)];
        var svg = XDocument.Parse(LossCurveSvg.Draw("a < b & c", training, [new(3, 2.6)])).Root!;
        var space = svg.Name.Namespace;

        var points = svg.Elements(space + "polyline").First().Attribute("points")!.Value.Split(' ');
        Assert.Equal(training.Length, points.Length);
        Assert.All(points, point =>
        {
            var place = point.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            Assert.InRange(place[0], 64, 700);
            Assert.InRange(place[1], 68, 352);
        });
        // One in the picture and one in the legend.
        Assert.Equal(2, svg.Elements(space + "circle").Count());
        Assert.Contains(svg.Elements(space + "text"), text => text.Value == "a < b & c");
    }

    [Fact]
    public void Each_line_has_its_true_name_in_the_legend()
    {
        LossPoint[] training = [.. Enumerable.Range(1, 400).Select(step => new LossPoint(step, 4))];
        Assert.Equal(
            ["training, single steps", "training, mean of 21 around each", "held-out records"],
            Texts(LossCurveSvg.Draw("run", training, [new(400, 4)])).TakeLast(3));
        Assert.DoesNotContain("held-out records", Texts(LossCurveSvg.Draw("run", training, [])));
    }

    [Fact]
    public void Losses_over_two_powers_of_ten_are_drawn_logarithmically_and_others_when_asked_for()
    {
        LossPoint[] wide = [new(1, 10), new(2, 1), new(3, 0.1)];
        LossPoint[] narrow = [new(1, 4), new(2, 3), new(3, 2)];
        Assert.Contains("run (logarithmic)", Texts(LossCurveSvg.Draw("run", wide, [])));
        Assert.Contains("run", Texts(LossCurveSvg.Draw("run", wide, [], LossScale.Linear)));
        Assert.Contains("run", Texts(LossCurveSvg.Draw("run", narrow, [])));
        Assert.Contains("run (logarithmic)", Texts(LossCurveSvg.Draw("run", narrow, [], LossScale.Log)));
    }

    private static List<string> Texts(string svg)
    {
        var root = XDocument.Parse(svg).Root!;
        return [.. root.Elements(root.Name.Namespace + "text").Select(text => text.Value)];
    }
}
