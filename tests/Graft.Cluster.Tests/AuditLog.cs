using System.Text.Json.Nodes;

namespace Graft.Cluster.Tests;

/// <summary>A write that the API server carried out.</summary>
public sealed record AuditedWrite(string User, string Verb, string Resource, string Namespace, string Name, int Code)
{
    /// <summary>Whether the operator wrote it.</summary>
    public bool ByOperator => User == $"system:serviceaccount:{GraftCluster.SystemNamespace}:graft";
}

/// <summary>The API server's audit log, which holds every write but those of leases.</summary>
public sealed class AuditLog(string path)
{
    /// <summary>A place in the log: now.</summary>
    public long Position => new FileInfo(path).Length;

    /// <summary>The writes since a place in the log.</summary>
    public IReadOnlyList<AuditedWrite> WritesSince(long position)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(position, SeekOrigin.Begin);
        using var reader = new StreamReader(stream);
        // The last line may still be being written.
        return [.. reader.ReadToEnd().Split('\n')[..^1].Select(Read)];
    }

    private static AuditedWrite Read(string line)
    {
        var entry = JsonNode.Parse(line)!;
        var target = entry["objectRef"];
        var subresource = target?["subresource"]?.GetValue<string>();
        return new AuditedWrite(
            entry["user"]!["username"]!.GetValue<string>(),
            entry["verb"]!.GetValue<string>(),
            target?["resource"]?.GetValue<string>() + (subresource is null ? "" : "/" + subresource),
            target?["namespace"]?.GetValue<string>() ?? "",
            target?["name"]?.GetValue<string>() ?? "",
            entry["responseStatus"]?["code"]?.GetValue<int>() ?? 0);
    }
}
