using System.Text;
using System.Text.Json;
using Graft.Api.Data;
using Graft.Api.Planning;
using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>The command that tries a run's adapter on a held-out record.</summary>
public static class TryCommand
{
    /// <summary>How much of the file's end is looked at: a record whose question is longer is none for a command line.</summary>
    private const int Tail = 1 << 18;

    /// <summary>A command line that can be copied into a shell; null where the data set has no record to ask about.</summary>
    public static string? For(PlannedRun run)
    {
        var data = run.Plan.Recipe.Data;
        var folder = run.Plan.Execution.Inputs[Execution.DatasetInput].Path;
        return Example(Path.Combine(folder, data.EvaluationFile ?? data.TrainFile), data.Format) is { } example
            ? $"{ShellWord.Quote(ProgramName.AsInvoked())} generate {ShellWord.QuotePath(ShortPath.Of(run.Folder.Link))} {example}"
            : null;
    }

    /// <summary>The options that ask what the file's last record asks that can be asked; null where none can.</summary>
    /// <param name="file">The file.</param>
    /// <param name="format">The records' format.</param>
    public static string? Example(string file, string format)
    {
        // The evaluation generates answers to the first records: the last one is new where it does not take all.
        return LastLines(file).Reverse().Select(line => Options(line, format)).OfType<string>().FirstOrDefault();
    }

    /// <summary>The lines in the file's end; none where it cannot be read any more, since the run is done without it.</summary>
    private static string[] LastLines(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var skipped = Math.Max(0, stream.Length - Tail);
            stream.Seek(skipped, SeekOrigin.Begin);
            var tail = new byte[Tail];
            var read = stream.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false);
            var lines = Encoding.UTF8.GetString(tail, 0, read).Split('\n');
            return skipped > 0 ? lines[1..] : lines;
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            return [];
        }
    }

    /// <summary>The options that ask what a record asks; null for a line that is no record, or one that a terminal would garble.</summary>
    private static string? Options(string line, string format)
    {
        try
        {
            using var record = JsonDocument.Parse(line.TrimStart('\uFEFF'));
            var fields = record.RootElement;
            if (SampleFormats.Find(format)?.Question(fields) is not var (prompt, input))
            {
                return null;
            }

            // What is copied from the terminal must be what was asked.
            if (VisibleText.Lines(prompt + input) != prompt + input)
            {
                return null;
            }

            var asked = $"--prompt {ShellWord.Quote(prompt)}";
            return input is null ? asked : $"{asked} --input {ShellWord.Quote(input)}";
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
