namespace Graft.Data.Records;

/// <summary>Why a record cannot be used, and what to do about it.</summary>
public sealed class BadRecordException(string reason, string remedy) : Exception($"{reason}; {remedy}")
{
    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;

    /// <summary>What to do.</summary>
    public string Remedy { get; } = remedy;
}

/// <summary>A record that cannot be used, with its place.</summary>
public sealed record BadRecord(string File, int Line, string Id, string Reason, string Remedy)
{
    /// <summary>For people: <c>file:line: record id: reason; remedy</c>.</summary>
    public override string ToString() =>
        $"{File}:{Line}: {(Id == $"{Path.GetFileName(File)}:{Line}" ? "" : $"record '{Id}': ")}{Reason}; {Remedy}";
}
