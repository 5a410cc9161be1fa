using System.Net;
using System.Text.Json;

namespace Graft.Operator.Runtime;

/// <summary>A write was not sent: another replica might lead by now.</summary>
public sealed class NotLeadingException() : Exception("This replica no longer leads.");

/// <summary>Something failed for good, and the object's status says so already.</summary>
public sealed class ToldException(Exception error) : Exception(error.Message, error);

/// <summary>What can go wrong between the operator and the API server, wherever a failure must not end what goes on asking.</summary>
internal static class ApiFault
{
    /// <summary>Whether a request was refused, got lost, took too long, or was answered with something that is no answer.</summary>
    public static bool Is(Exception error)
    {
        return error is ApiException or HttpRequestException or IOException or TimeoutException or JsonException;
    }
}

/// <summary>The API server refused a request.</summary>
/// <param name="code">The HTTP status.</param>
/// <param name="reason">The reason of the server's Status, such as <c>AlreadyExists</c>; empty where it gave none.</param>
/// <param name="message">The server's words.</param>
public sealed class ApiException(HttpStatusCode code, string reason, string message) : Exception(message)
{
    public HttpStatusCode Code { get; } = code;

    public string Reason { get; } = reason;

    /// <summary>The object does not exist.</summary>
    public bool IsNotFound => Code == HttpStatusCode.NotFound;

    /// <summary>An object of this name exists already.</summary>
    public bool IsAlreadyExists => Code == HttpStatusCode.Conflict && Reason == "AlreadyExists";

    /// <summary>The object has changed since it was read, or is another one of the same name.</summary>
    public bool IsConflict => Code == HttpStatusCode.Conflict && Reason == "Conflict";

    /// <summary>The resource version or page asked for is no longer kept: list anew.</summary>
    public bool IsExpired => Code == HttpStatusCode.Gone;

    /// <summary>Repeating the request as it is cannot help: the object itself is refused.</summary>
    public bool IsRejection => Code is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest or HttpStatusCode.Forbidden;
}
