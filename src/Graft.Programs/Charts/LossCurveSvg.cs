using System.Globalization;
using System.Security;
using System.Text;

namespace Graft.Programs.Charts;

/// <summary>
/// A loss curve as an SVG picture: the loss of single steps, the mean of the steps around each, and the held-out loss where it was
/// measured, with a legend.
/// </summary>
public static class LossCurveSvg
{
    private const double Width = 720;
    private const double Height = 400;
    private const double Left = 64;
    private const double Right = 20;
    private const double Top = 68;
    private const double Bottom = 48;

    private const string StepColor = "#9ec5e8";
    private const string MeanColor = "#1f6fb2";
    private const string HeldOutColor = "#d9622b";

    /// <summary>The title of a run's curves.</summary>
    public static string TitleOf(string run) => $"{run}: loss per labeled token";

    /// <summary>Draws the curves.</summary>
    /// <param name="title">What the picture shows.</param>
    /// <param name="training">The training loss, one point at least.</param>
    /// <param name="heldOut">The held-out loss.</param>
    /// <param name="scale">How losses are spread.</param>
    public static string Draw(
        string title, IReadOnlyList<LossPoint> training, IReadOnlyList<LossPoint> heldOut, LossScale scale = LossScale.Auto)
    {
        var all = training.Concat(heldOut).ToList();
        var steps = ChartAxis.OfSteps(Math.Min(0, all.Min(point => point.Step)), Math.Max(1, all.Max(point => point.Step)));
        var losses = ChartAxis.OfLosses([.. all.Select(point => point.Loss)], scale);
        double X(double step) => Left + (steps.Share(step) * (Width - Left - Right));
        double Y(double loss) => Height - Bottom - (losses.Share(loss) * (Height - Top - Bottom));

        var svg = new StringBuilder();
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\"");
        Line($"  font-family=\"sans-serif\" font-size=\"12\">");
        Line($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        var spread = losses.IsLogarithmic ? " (logarithmic)" : "";
        Line($"<text x=\"{Left}\" y=\"24\" font-size=\"15\" fill=\"#222222\">{SecurityElement.Escape(title)}{spread}</text>");
        foreach (var loss in losses.Ticks)
        {
            Line($"<line x1=\"{Left}\" y1=\"{Y(loss):0.0}\" x2=\"{Width - Right}\" y2=\"{Y(loss):0.0}\" stroke=\"#e4e4e4\"/>");
            Line($"<text x=\"{Left - 8}\" y=\"{Y(loss) + 4:0.0}\" text-anchor=\"end\" fill=\"#555555\">{ChartAxis.Label(loss)}</text>");
        }

        foreach (var step in steps.Ticks)
        {
            Line($"<text x=\"{X(step):0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\" fill=\"#555555\">{step:0}</text>");
        }

        Line($"<text x=\"{Width - Right}\" y=\"{Height - 10}\" text-anchor=\"end\" fill=\"#555555\">step</text>");
        Line($"<polyline fill=\"none\" stroke=\"{StepColor}\" points=\"{Path(training)}\"/>");
        Line($"<polyline fill=\"none\" stroke=\"{MeanColor}\" stroke-width=\"2\" points=\"{Path(LossHistory.Smooth(training))}\"/>");
        foreach (var point in heldOut)
        {
            Line($"<circle cx=\"{X(point.Step):0.0}\" cy=\"{Y(point.Loss):0.0}\" r=\"4\" fill=\"{HeldOutColor}\"/>");
        }

        Line($"<line x1=\"{Left}\" y1=\"42\" x2=\"{Left + 22}\" y2=\"42\" stroke=\"{StepColor}\"/>");
        Line($"<text x=\"{Left + 28}\" y=\"46\" fill=\"#555555\">training, single steps</text>");
        Line($"<line x1=\"{Left + 180}\" y1=\"42\" x2=\"{Left + 202}\" y2=\"42\" stroke=\"{MeanColor}\" stroke-width=\"2\"/>");
        Line($"<text x=\"{Left + 208}\" y=\"46\" fill=\"#555555\">training, {LossHistory.SmoothName(training.Count)}</text>");
        if (heldOut.Count > 0)
        {
            Line($"<circle cx=\"{Left + 430}\" cy=\"42\" r=\"4\" fill=\"{HeldOutColor}\"/>");
            Line($"<text x=\"{Left + 440}\" y=\"46\" fill=\"#555555\">held-out records</text>");
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
}
