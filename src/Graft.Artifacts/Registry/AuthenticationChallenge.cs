using System.Text.RegularExpressions;

namespace Graft.Artifacts.Registry;

/// <summary>
/// What a registry wants to see, from its <c>WWW-Authenticate</c> header (RFC 9110, and the token specification of
/// distribution).
/// </summary>
/// <param name="Scheme"><c>basic</c> or <c>bearer</c>.</param>
/// <param name="Parameters">Such as <c>realm</c>, <c>service</c>, <c>scope</c>.</param>
internal sealed partial record AuthenticationChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>The first challenge that is understood, or null.</summary>
    public static AuthenticationChallenge? Parse(IEnumerable<string> headers)
    {
        foreach (var header in headers)
        {
            var space = header.IndexOf(' ', StringComparison.Ordinal);
            var scheme = (space < 0 ? header : header[..space]).ToLowerInvariant();
            if (scheme is not ("basic" or "bearer"))
            {
                continue;
            }

            var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (Match match in ParameterPattern().Matches(space < 0 ? "" : header[space..]))
            {
                parameters[match.Groups["key"].Value] = match.Groups["quoted"].Success
                    ? match.Groups["quoted"].Value
                    : match.Groups["plain"].Value;
            }

            return new AuthenticationChallenge(scheme, parameters);
        }

        return null;
    }

    [GeneratedRegex("""(?<key>[A-Za-z_]+)=(?:"(?<quoted>[^"]*)"|(?<plain>[^\s,]+))""", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterPattern();
}
