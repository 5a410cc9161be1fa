using System.Globalization;

namespace Graft.Operator.Tests.Server;

/// <summary>How much of something a test does.</summary>
internal static class PositiveNumber
{
    /// <summary>The number in an environment variable, or the usual one without it.</summary>
    /// <exception cref="InvalidOperationException">The variable holds something else: a soak of nothing must not pass.</exception>
    public static int Of(string variable, int usual)
    {
        var asked = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(asked))
        {
            return usual;
        }

        return int.TryParse(asked, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new InvalidOperationException($"{variable} is not a number above zero: {asked}");
    }
}
