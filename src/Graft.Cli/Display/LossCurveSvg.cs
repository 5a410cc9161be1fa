using System.Globalization;
using System.Security;
using System.Text;

namespace Graft.Cli.Display;

/// <summary>A loss curve as an SVG picture: every step's loss, its moving average, and the held-out loss where it was measured.</summary>
public static class LossCurveSvg
{
    private const double Width = 720;
    private const double Height = 400;
    private const double Left = 64;
    private const double Right = 20;
    private const double Top = 44;
    private const double Bottom = 48;

    /// <summary>Draws the curves.</summary>
    /// <param name="title">What the picture shows.</param>
    /// <param name="training">The training loss, one point at least.</param>
    /// <param name="heldOut">The held-out loss.</param>
    public static string Draw(string title, IReadOnlyList<LossPoint> training, IReadOnlyList<LossPoint> heldOut)
    {
        var all = training.Concat(heldOut).ToList();
        var steps = Ticks(Math.Min(0, all.Min(point => point.Step)), Math.Max(1, all.Max(point => point.Step)));
        var losses = Ticks(all.Min(point => point.Loss), all.Max(point => point.Loss));
        double X(double step) => Left + ((step - steps[0]) / (steps[^1] - steps[0]) * (Width - Left - Right));
        double Y(double loss) => Height - Bottom - ((loss - losses[0]) / (losses[^1] - losses[0]) * (Height - Top - Bottom));

        var svg = new StringBuilder();
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\"");
        Line($"  font-family=\"sans-serif\" font-size=\"12\">");
        Line($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        Line($"<text x=\"{Left}\" y=\"24\" font-size=\"15\" fill=\"#222222\">{SecurityElement.Escape(title)}</text>");
        foreach (var loss in losses)
        {
            Line($"<line x1=\"{Left}\" y1=\"{Y(loss):0.0}\" x2=\"{Width - Right}\" y2=\"{Y(loss):0.0}\" stroke=\"#e4e4e4\"/>");
            Line($"<text x=\"{Left - 8}\" y=\"{Y(loss) + 4:0.0}\" text-anchor=\"end\" fill=\"#555555\">{loss:0.####}</text>");
        }

        foreach (var step in steps)
        {
            Line($"<text x=\"{X(step):0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\" fill=\"#555555\">{step:0.##}</text>");
        }

        Line($"<text x=\"{Width - Right}\" y=\"{Height - 10}\" text-anchor=\"end\" fill=\"#555555\">step</text>");
        Line($"<polyline fill=\"none\" stroke=\"#9ec5e8\" points=\"{Path(training)}\"/>");
        Line($"<polyline fill=\"none\" stroke=\"#1f6fb2\" stroke-width=\"2\" points=\"{Path(LossHistory.Smooth(training))}\"/>");
        foreach (var point in heldOut)
        {
            Line($"<circle cx=\"{X(point.Step):0.0}\" cy=\"{Y(point.Loss):0.0}\" r=\"4\" fill=\"#d9622b\"/>");
        }

        Line($"<text x=\"{Width - Right}\" y=\"24\" text-anchor=\"end\" fill=\"#1f6fb2\">training loss</text>");
        if (heldOut.Count > 0)
        {
            Line($"<text x=\"{Width - Right - 90}\" y=\"24\" text-anchor=\"end\" fill=\"#d9622b\">held-out loss</text>");
        }

        svg.Append("</svg>\n");
        return svg.ToString();

        void Line(FormattableString text)
        {
            svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }

        string Path(IReadOnlyList<LossPoint> points)
        {
            return string.Join(' ', points.Select(Place));
        }

        string Place(LossPoint point)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{X(point.Step):0.0},{Y(point.Loss):0.0}");
        }
    }

    /// <summary>Round numbers (1, 2 or 5 times a power of ten apart) that enclose a range; two at least.</summary>
    public static IReadOnlyList<double> Ticks(double low, double high)
    {
        var range = high > low ? high - low : Math.Max(Math.Abs(high), 1);
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / 5)));
        var interval = power * new[] { 1, 2, 5, 10 }.First(factor => range / (power * factor) <= 6);
        var first = Math.Floor(low / interval);
        var count = (int)Math.Max(1, Math.Ceiling(high / interval) - first);
        return [.. Enumerable.Range(0, count + 1).Select(index => (first + index) * interval)];
    }
}
