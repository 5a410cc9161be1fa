using System.Text.Json;
using Graft.Api.Data;
using Graft.Api.Planning;

namespace Graft.Cli.Local;

/// <summary>The command that tries a run's adapter on a held-out record.</summary>
public static class TryCommand
{
    private const int Candidates = 50;

    /// <summary>A command line that can be copied into a shell; null where the data set has no record to ask about.</summary>
    public static string? For(PlannedRun run)
    {
        return Example(run.Plan) is { } example
            ? $"{ProgramName.AsInvoked()} generate {Quote(ShortPath.Of(run.Folder.Link))} {example}"
            : null;
    }

    private static string? Example(RunPlan plan)
    {
        var data = plan.Recipe.Data;
        var file = Path.Combine(plan.Execution.Inputs[Execution.DatasetInput].Path, data.EvaluationFile ?? data.TrainFile);
        // The evaluation generates answers to the first records: the last one is new where it does not take all.
        var last = new Queue<string>();
        foreach (var line in File.ReadLines(file).Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            last.Enqueue(line);
            if (last.Count > Candidates)
            {
                last.Dequeue();
            }
        }

        return last.Reverse().Select(line => Options(line, data.Format)).OfType<string>().FirstOrDefault();
    }

    /// <summary>The options that ask what a record asks; null for a line that is no record, or one that a terminal would garble.</summary>
    private static string? Options(string line, string format)
    {
        try
        {
            using var record = JsonDocument.Parse(line);
            var fields = record.RootElement;
            if (SampleFormats.Find(format)?.Question(fields) is not var (prompt, input))
            {
                return null;
            }

            if ((prompt + input).Any(character => char.IsControl(character) && character != '\n'))
            {
                return null;
            }

            return input is null ? $"--prompt {Quote(prompt)}" : $"--prompt {Quote(prompt)} --input {Quote(input)}";
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A word as a POSIX shell reads it whole.</summary>
    private static string Quote(string word)
    {
        return word.All(character => char.IsAsciiLetterOrDigit(character) || "-_./".Contains(character, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }
}
