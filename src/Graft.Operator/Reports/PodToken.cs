using System.Buffers.Text;
using System.Text.Json;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;

namespace Graft.Operator.Reports;

/// <summary>
/// What a token says of itself, unproven: enough to tell rubbish, and tokens for others, from what is worth asking the API server about.
/// </summary>
/// <param name="Pod">The pod that it says it was made for.</param>
public sealed record PodToken(ReportingPod Pod)
{
    private const int LongestToken = 8 * 1024;

    /// <summary>The clocks of the API server and of this machine may differ by so much.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>Reads a token; null where it cannot be a pod's token for Graft.</summary>
    public static PodToken? Read(string token, DateTimeOffset now)
    {
        var parts = token.Split('.');
        if (token.Length > LongestToken || parts is not [{ Length: > 0 } header, { Length: > 0 } payload, { Length: > 0 } signature]
            || !Base64Url.IsValid(header) || !Base64Url.IsValid(signature) || !Base64Url.IsValid(payload))
        {
            return null;
        }

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            return Read(claims.RootElement, now);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static PodToken? Read(JsonElement claims, DateTimeOffset now)
    {
        if (claims.ValueKind != JsonValueKind.Object
            || Text(claims, "iss") is null
            || !IsForGraft(claims)
            || !IsCurrent(claims, now)
            || Child(claims, "kubernetes.io") is not { } bound
            || Text(bound, "namespace") is not { } @namespace
            || Child(bound, "pod") is not { } pod
            || Text(pod, "name") is not { } name
            || Text(pod, "uid") is not { } uid)
        {
            return null;
        }

        return new PodToken(new ReportingPod(new ObjectKey(@namespace, name), uid));
    }

    private static bool IsForGraft(JsonElement claims)
    {
        return claims.TryGetProperty("aud", out var audience) && audience.ValueKind switch
        {
            JsonValueKind.String => audience.GetString() == GraftApi.ReportAudience,
            JsonValueKind.Array =>
                audience.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.GetString() == GraftApi.ReportAudience),
            _ => false,
        };
    }

    private static bool IsCurrent(JsonElement claims, DateTimeOffset now)
    {
        return claims.TryGetProperty("exp", out var expiry)
            && expiry.ValueKind == JsonValueKind.Number
            && expiry.TryGetDouble(out var seconds)
            && seconds > (now - Skew).ToUnixTimeSeconds();
    }

    private static JsonElement? Child(JsonElement parent, string name)
    {
        return parent.TryGetProperty(name, out var child) && child.ValueKind == JsonValueKind.Object ? child : null;
    }

    private static string? Text(JsonElement parent, string name)
    {
        return parent.TryGetProperty(name, out var text)
            && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } value
            ? value
            : null;
    }
}
