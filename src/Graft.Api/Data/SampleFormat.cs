using System.Text.Json;

namespace Graft.Api.Data;

/// <summary>What a line of a data set can be, as far as it can be told without reading a file.</summary>
/// <param name="Name">Its name in specs.</param>
/// <param name="Templates">The templates that render it, the usual one first.</param>
public sealed record SampleFormat(string Name, IReadOnlyList<string> Templates)
{
    /// <summary>Whether a record has an answer that a generated one can be compared with.</summary>
    public bool HasAnswer { get; init; } = true;

    /// <summary>Whether records may be joined end to end.</summary>
    public bool CanBePacked { get; init; }

    /// <summary>Whether a record has a picture.</summary>
    public bool HasPicture { get; init; }

    /// <summary>
    /// What a person would ask of the answer in a record: a prompt and perhaps an input; null where a command line cannot ask it.
    /// </summary>
    public Func<JsonElement, (string Prompt, string? Input)?> Question { get; init; } = _ => null;
}
