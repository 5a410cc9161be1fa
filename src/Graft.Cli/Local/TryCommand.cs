using System.Text.Json;
using Graft.Api.Planning;

namespace Graft.Cli.Local;

/// <summary>The command that tries a run's adapter on a held-out record.</summary>
public static class TryCommand
{
    private const int LongestPrompt = 60;

    /// <summary>A command line that can be copied into a shell.</summary>
    public static string For(PlannedRun run)
    {
        return $"{ProgramName.AsInvoked()} generate {Quote(ShortPath.Of(run.Folder.Link))} {Example(run.Plan)}";
    }

    private static string Example(RunPlan plan)
    {
        var data = plan.Recipe.Data;
        var file = Path.Combine(plan.Execution.Inputs[Execution.DatasetInput].Path, data.EvaluationFile ?? data.TrainFile);
        // The evaluation generates answers to the first records: the last one is new where it does not take all.
        using var record = JsonDocument.Parse(File.ReadLines(file).Last(line => line.Length > 0));
        var fields = record.RootElement;
        return data.Format switch
        {
            "instruction" => Text(fields, "input") is { } input
                ? $"--prompt {Quote(Text(fields, "instruction")!)} --input {Quote(input)}"
                : $"--prompt {Quote(Text(fields, "instruction")!)}",
            "messages" => $"--prompt {Quote(Question(fields))}",
            _ => $"--prompt {Quote(Beginning(Text(fields, "text")!))}",
        };
    }

    private static string? Text(JsonElement fields, string name)
    {
        var isText = fields.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String;
        return isText && value.GetString() is { Length: > 0 } text ? text : null;
    }

    /// <summary>What the user says first: a system message would be no question.</summary>
    private static string Question(JsonElement fields)
    {
        var messages = fields.GetProperty("messages").EnumerateArray().ToList();
        var asked = messages.Find(message => Text(message, "role") == "user");
        return Text(asked.ValueKind == JsonValueKind.Object ? asked : messages[0], "content")!;
    }

    private static string Beginning(string text)
    {
        var end = text.Length <= LongestPrompt ? -1 : text.LastIndexOf(' ', LongestPrompt);
        return end > 0 ? text[..end] : text;
    }

    /// <summary>A word as a POSIX shell reads it whole.</summary>
    private static string Quote(string word)
    {
        return word.All(character => char.IsAsciiLetterOrDigit(character) || "-_./".Contains(character, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }
}
