using System.Globalization;

namespace Graft.Api.Reporting;

/// <summary>Numbers as people read them.</summary>
public static class NumberText
{
    public static string Loss(double? value)
    {
        return value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "–";
    }

    /// <summary>A share as per cent.</summary>
    public static string Share(double? value)
    {
        return value is { } share ? (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "–";
    }

    public static string Count(double? value)
    {
        return value?.ToString("#,0", CultureInfo.InvariantCulture) ?? "–";
    }

    /// <summary>Bytes in binary units.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var (size, unit) = ((double)bytes, 0);
        while (size >= 1024 && unit < units.Length - 1)
        {
            (size, unit) = (size / 1024, unit + 1);
        }

        return size.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    /// <summary>A span of time: <c>45s</c>, <c>3m20s</c>, <c>2h05m</c>.</summary>
    public static string Duration(double? seconds)
    {
        if (seconds is not { } value || !double.IsFinite(value))
        {
            return "–";
        }

        var span = TimeSpan.FromSeconds(Math.Max(0, Math.Round(value)));
        return span switch
        {
            { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}h{span.Minutes:00}m"),
            { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}m{span.Seconds:00}s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{span.Seconds}s"),
        };
    }
}
