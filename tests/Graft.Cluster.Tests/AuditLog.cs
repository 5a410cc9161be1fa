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
    /// <summary>A place in the log: now. It may lie within a line that is being written.</summary>
    public long Position => new FileInfo(path).Length;

    /// <summary>The writes whose lines begin at a place in the log or after it.</summary>
    public IReadOnlyList<AuditedWrite> WritesSince(long position)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        // From the byte before the place, what comes first is the rest of a line that began before it; what comes last may still be being
        // written.
        stream.Seek(Math.Max(0, position - 1), SeekOrigin.Begin);
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n')[..^1];
        return [.. (position == 0 ? lines : lines.Skip(1)).Select(Read)];
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
