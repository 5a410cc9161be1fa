using System.Globalization;
using System.Xml.Linq;
using CsCheck;
using Graft.Cli.Display;
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
            Assert.InRange(place[1], 44, 352);
        });
        Assert.Single(svg.Elements(space + "circle"));
        Assert.Contains(svg.Elements(space + "text"), text => text.Value == "a < b & c");
    }

    [Fact]
    public void Ticks_are_few_and_enclose_the_range()
    {
        Gen.Select(Gen.Double[-100, 100], Gen.Double[1e-6, 1e6]).Sample((low, range) =>
        {
            var ticks = LossCurveSvg.Ticks(low, low + range);
            var slack = range * 1e-9;
            return ticks.Count is >= 2 and <= 8 && ticks[0] <= low + slack && ticks[^1] >= low + range - slack;
        });
    }

    [Fact]
    public void A_range_of_one_value_still_has_two_ticks()
    {
        Assert.True(LossCurveSvg.Ticks(2, 2).Count >= 2);
    }
}
