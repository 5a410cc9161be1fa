using System.Net;
using System.Text.Json;

namespace Graft.Tracking.Rest;

/// <summary>Reads MLflow's answers that are no success. They are JSON, HTML or plain text, whichever layer refused.</summary>
internal static class MlflowErrors
{
    private const int MaxQuoted = 300;

    public static MlflowException From(Uri server, HttpResponseMessage response, string text, DateTimeOffset now)
    {
        var address = MlflowSettings.AddressOf(server);
        var (code, message) = Parse(text);
        var status = (int)response.StatusCode;
        var said = $"MLflow at {address} answers {status}" + (code is null ? "" : $" {code}") + (message.Length == 0 ? "" : $": {message}");
        return response.StatusCode switch
        {
            HttpStatusCode.Forbidden when text.Contains("Invalid Host header", StringComparison.Ordinal) => new(
                MlflowFailure.Denied,
                $"MLflow at {address} refuses the host name '{server.Authority}' (403 Invalid Host header). Start it with --allowed-hosts "
                    + $"'{server.Host},{server.Authority}', or set MLFLOW_SERVER_ALLOWED_HOSTS there"),
            HttpStatusCode.Unauthorized => new(
                MlflowFailure.Denied,
                $"{said}. Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, to credentials that it "
                    + "knows", code),
            HttpStatusCode.Forbidden => new(MlflowFailure.Denied, $"{said}. Give the user the permission to edit the experiment", code),
            HttpStatusCode.NotFound when code is not null => new(MlflowFailure.NotFound, said, code),
            HttpStatusCode.NotFound => new(MlflowFailure.Denied, $"There is no MLflow API at {address} (404). Check MLFLOW_TRACKING_URI"),
            HttpStatusCode.InternalServerError => new(MlflowFailure.ServerFault, said, code),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                    new(MlflowFailure.Unavailable, said, code, RetryAfter(response, now)),
            _ when status is >= 300 and < 400 => new(
                MlflowFailure.Denied, $"{address} redirects to '{response.Headers.Location}'. Set MLFLOW_TRACKING_URI to the address it "
                    + "leads to"),
            _ => new(MlflowFailure.Refused, said, code),
        };
    }

    private static (string? Code, string Message) Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error_code", out var code))
            {
                var message = document.RootElement.TryGetProperty("message", out var value) ? value.GetString() ?? "" : "";
                return (code.GetString(), Shorten(message));
            }
        }
        catch (JsonException)
        {
            // HTML or plain text: quoted as it is, unless it is a page.
        }

        return (null, text.TrimStart().StartsWith('<') ? "" : Shorten(text));
    }

    private static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length > MaxQuoted ? line[..MaxQuoted] + "…" : line;
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var header = response.Headers.RetryAfter;
        return header?.Delta ?? (header?.Date is { } date && date > now ? date - now : null);
    }
}
