using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Graft.Api.Schema;

/// <summary>
/// A decimal number as specs have it: a string, because numbers with a point are not portable in Kubernetes' APIs. Plans have it as a
/// JSON number. Texts of one value are equal: <c>0.1</c> and <c>0.10</c>.
/// </summary>
/// <param name="text">The number as it is written, or what stands in its place: the schema says whether it is one.</param>
[JsonConverter(typeof(DecimalTextConverter))]
public readonly struct DecimalText(string text) : IEquatable<DecimalText>
{
    private readonly string? _text = text;

    /// <summary>The number as it is written.</summary>
    public string Text => _text ?? "0";

    /// <summary>The number.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    // Adding zero makes "-0" the same number as "0".
    public double Value => double.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture) + 0.0;

    /// <summary>A number in the shortest form that reads as the same number.</summary>
    public static implicit operator DecimalText(double value)
    {
        return new DecimalText(value.ToString("R", CultureInfo.InvariantCulture));
    }

    public static implicit operator double(DecimalText number)
    {
        return number.Value;
    }

    public static bool operator ==(DecimalText left, DecimalText right)
    {
        return left.Equals(right);
    }

    public static bool operator !=(DecimalText left, DecimalText right)
    {
        return !left.Equals(right);
    }

    public static DecimalText FromDouble(double value)
    {
        return value;
    }

    public double ToDouble()
    {
        return Value;
    }

    /// <summary>
    /// The number times a count, rounded up to a whole number, and exact before that: 1.1 times 100 is 110, although no double is 1.1. The
    /// number is the shortest decimal of <see cref="Value"/>, which is what a plan holds.
    /// </summary>
    public BigInteger TimesRoundedUp(int count)
    {
        var parts = Value.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var fraction = point < 0 ? 0 : parts[0].Length - point - 1;
        var exponent = (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0) - fraction;
        var product = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * count;
        var scale = BigInteger.Pow(10, Math.Abs(exponent));
        return exponent >= 0 ? product * scale : (product.Sign > 0 ? product + scale - 1 : product) / scale;
    }

    public bool Equals(DecimalText other)
    {
        return Text == other.Text || (Number(Text) is { } one && Number(other.Text) is { } two && one.Equals(two));
    }

    public override bool Equals(object? obj)
    {
        return obj is DecimalText other && Equals(other);
    }

    public override int GetHashCode()
    {
        return Number(Text)?.GetHashCode() ?? Text.GetHashCode(StringComparison.Ordinal);
    }

    public override string ToString()
    {
        return Text;
    }

    private static double? Number(string text)
    {
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}

/// <summary>Decimals as JSON strings, for specs.</summary>
internal sealed class DecimalTextConverter : JsonConverter<DecimalText>
{
    public override DecimalText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        return new DecimalText(reader.GetString() ?? "");
    }

    public override void Write(Utf8JsonWriter writer, DecimalText value, JsonSerializerOptions options)
    {
        writer.WriteStringValue(value.Text);
    }
}

/// <summary>Decimals as JSON numbers, for plans.</summary>
internal sealed class DecimalNumberConverter : JsonConverter<DecimalText>
{
    public override DecimalText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        return reader.GetDouble();
    }

    public override void Write(Utf8JsonWriter writer, DecimalText value, JsonSerializerOptions options)
    {
        writer.WriteNumberValue(value.Value);
    }
}
