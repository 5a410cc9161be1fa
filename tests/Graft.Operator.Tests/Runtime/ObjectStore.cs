using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Graft.Operator.Tests.Runtime;

/// <summary>Keeps one object as the API server does: with a resource version that a replacement must name.</summary>
internal sealed class ObjectStore
{
    private readonly Lock _gate = new();
    private JsonObject? _object;
    private int _version;

    /// <summary>Whether it answers nothing but errors.</summary>
    public bool IsDown { get; set; }

    /// <summary>The object; null while there is none.</summary>
    public JsonObject? Object
    {
        get
        {
            lock (_gate)
            {
                return _object?.DeepClone().AsObject();
            }
        }
    }

    public async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var (code, answer) = IsDown ? (500, "down") : Answer(context.Request.Method, body);
        context.Response.StatusCode = code;
        await context.Response.WriteAsync(answer);
    }

    private (int Code, string Answer) Answer(string method, string body)
    {
        lock (_gate)
        {
            if (HttpMethods.IsGet(method))
            {
                return _object is null ? (404, Refusal("NotFound")) : (200, _object.ToJsonString());
            }

            var sent = JsonNode.Parse(body)!.AsObject();
            if (HttpMethods.IsPost(method) && _object is not null)
            {
                return (409, Refusal("AlreadyExists"));
            }

            if (HttpMethods.IsPut(method)
                && (string?)sent["metadata"]!["resourceVersion"] != (string?)_object?["metadata"]!["resourceVersion"])
            {
                return (409, Refusal("Conflict"));
            }

            sent["metadata"]!["resourceVersion"] = (++_version).ToString(System.Globalization.CultureInfo.InvariantCulture);
            _object = sent;
            return (200, _object.ToJsonString());
        }
    }

    private static string Refusal(string reason)
    {
        return $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"{{reason}}","message":"{{reason}}"}""";
    }
}
