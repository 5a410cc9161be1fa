using System.Globalization;
using System.Text;
using Graft.Programs.Charts;

namespace Graft.Cli.Display;

/// <summary>Curves drawn with characters.</summary>
public static class TextChart
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    // A braille character is two dots wide and four high; its bits, row by row from the top.
    private static readonly int[,] Dots = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    // What a curve has beside its dots: the values to the left, and the word "steps" to the right of the last one.
    private const int Beside = 9 + 6;
    private const int Narrowest = 10;

    /// <summary>How many characters across a curve has where so many fit on a line.</summary>
    /// <param name="most">The most that it should have, without the axis.</param>
    /// <param name="line">Characters on a line.</param>
    public static int Fit(int most, int line) => Math.Max(Narrowest, Math.Min(most, line - Beside));

    /// <summary>A curve one line high.</summary>
    public static string Sparkline(IReadOnlyList<LossPoint> points, int width)
    {
        var values = LossHistory.Resample(points, Math.Min(width, Math.Max(points.Count, 1)));
        if (values.Count == 0)
        {
            return "";
        }

        var (low, high) = (values.Min(), values.Max());
        var scale = high > low ? (Bars.Length - 1) / (high - low) : 0;
        return string.Concat(values.Select(value => Bars[(int)Math.Round((value - low) * scale)]));
    }

    /// <summary>A curve of braille dots with its least and largest value at the left and its first and last step below.</summary>
    /// <param name="points">The points; two at least, or nothing is drawn.</param>
    /// <param name="width">Characters across, without the axis.</param>
    /// <param name="height">Lines, without the axis.</param>
    /// <param name="isLogarithmic">Whether equal ratios are equally far apart.</param>
    public static string Curve(IReadOnlyList<LossPoint> points, int width, int height, bool isLogarithmic = false)
    {
        if (points.Count < 2)
        {
            return "";
        }

        var values = LossHistory.Resample(points, width * 2);
        var (low, high) = (values.Min(), values.Max());
        var rows = height * 4;
        var cells = new int[height, width];
        var before = Row(values[0]);
        for (var x = 0; x < values.Count; x++)
        {
            // Joins each value to the one before, so that a steep fall is a line and not scattered dots.
            var row = Row(values[x]);
            for (var y = Math.Min(row, before); y <= Math.Max(row, before); y++)
            {
                cells[y / 4, x / 2] |= Dots[y % 4, x % 2];
            }

            before = row;
        }

        var text = new StringBuilder();
        for (var line = 0; line < height; line++)
        {
            var label = line == 0 ? Label(high) : line == height - 1 ? Label(low) : "";
            text.Append(CultureInfo.InvariantCulture, $"{label,7} │");
            for (var column = 0; column < width; column++)
            {
                text.Append((char)(0x2800 + cells[line, column]));
            }

            text.Append('\n');
        }

        var (first, last) = (points[0].Step.ToString(CultureInfo.InvariantCulture), points[^1].Step.ToString(CultureInfo.InvariantCulture));
        text.Append(' ', 8).Append('└').Append('─', width).Append('\n');
        text.Append(' ', 9).Append(first).Append(last.PadLeft(Math.Max(width - first.Length, last.Length + 1))).Append(" steps");
        return text.ToString();

        int Row(double value)
        {
            return rows - 1 - (int)Math.Round(ChartAxis.Share(value, low, high, isLogarithmic) * (rows - 1));
        }
    }

    /// <summary>A training loss with its name above it; "" where there are too few points for a curve.</summary>
    /// <param name="points">The losses, as they were reported.</param>
    /// <param name="width">Characters across, without the axis.</param>
    /// <param name="height">Lines, without the axis and the name.</param>
    /// <param name="scale">How losses are spread.</param>
    public static string Titled(IReadOnlyList<LossPoint> points, int width, int height, LossScale scale)
    {
        if (points.Count < 2)
        {
            return "";
        }

        var smooth = LossHistory.Smooth(points);
        var isLogarithmic = ChartAxis.IsLog(smooth.Min(point => point.Loss), smooth.Max(point => point.Loss), scale);
        return $"Training loss, {LossHistory.SmoothName(points.Count)}{(isLogarithmic ? ", logarithmic" : "")}\n"
            + Curve(smooth, width, height, isLogarithmic);
    }

    private static string Label(double value)
    {
        return value.ToString(value is > 0 and < 0.001 ? "0.0e-0" : "0.000", CultureInfo.InvariantCulture);
    }
}
