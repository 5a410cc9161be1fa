using System.Globalization;
using Graft.Common;

namespace Graft.Api.Reporting;

/// <summary>Events in words, wherever people read them: a terminal, a pod's log.</summary>
public static class EventText
{
    /// <summary>An event in a line; null for one that says nothing to people.</summary>
    public static string? Of(TrainerEvent told)
    {
        return told switch
        {
            StartedEvent started => Started(started),
            ProgressEvent progress => Progress(progress),
            EvaluationEvent evaluation => Evaluation(evaluation),
            CheckpointEvent checkpoint => $"checkpoint at step {NumberText.Count(checkpoint.Step)}",
            WarningEvent warning => "warning: " + warning.Message,
            ArtifactEvent artifact => $"published {artifact.Name} {artifact.Version}: {artifact.Reference} {artifact.Digest}",
            FinishedEvent finished => finished.Result.Message,
            FailedEvent failed => failed.Result.Message,
            _ => null,
        };
    }

    /// <summary>The figures of a moment: loss, speed, time left.</summary>
    public static string Speed(ProgressEvent progress)
    {
        var (loss, speed) = (NumberText.Loss(progress.Loss), NumberText.Count(progress.TokensPerSecond));
        return $"loss {loss}  {speed} tokens/s  ETA {NumberText.Duration(progress.EtaSeconds)}";
    }

    /// <summary>What is done besides training steps, with what there is of counts and time left.</summary>
    public static string Activity(ProgressEvent progress)
    {
        return progress.Activity
            + (progress.Part is { } part ? $": {Part(part)}" : "")
            + (progress.Message is { } message ? $": {message}" : "");
    }

    /// <summary>How far a part of an activity is: <c>base model, held-out records, 120 of 420, 12s left</c>.</summary>
    public static string Part(ActivityProgress part)
    {
        var count = part switch
        {
            { IsBytes: true, Total: { } total } => $", {NumberText.Bytes(part.Done)} of {NumberText.Bytes(total)}",
            { IsBytes: true } => $", {NumberText.Bytes(part.Done)}",
            { Total: { } total } => $", {NumberText.Count(part.Done)} of {NumberText.Count(total)}",
            { Done: > 0 } => $", {NumberText.Count(part.Done)}",
            _ => "",
        };
        return part.What + count + (part.SecondsLeft is { } left ? $", {NumberText.Duration(left)} left" : "");
    }

    private static string Progress(ProgressEvent progress)
    {
        return progress.TotalSteps == 0 || progress.Activity != Activities.Training
            ? Activity(progress)
            : string.Create(CultureInfo.InvariantCulture, $"step {progress.Step}/{progress.TotalSteps}  {Speed(progress)}");
    }

    private static string Started(StartedEvent started)
    {
        var resumed = started.ResumedFromStep > 0
            ? string.Create(CultureInfo.InvariantCulture, $"Going on from step {started.ResumedFromStep}. ")
            : "";
        return resumed
            + $"{NumberText.Count(started.TrainableParameters)} of {NumberText.Count(started.BaseParameters)} parameters are trained "
            + $"on {NumberText.Count(started.TrainRecords)} {English.Noun(started.TrainRecords, "record")}, "
            + $"{NumberText.Count(started.EvaluationRecords)} are held out; "
            + $"{started.Device}, {NumberText.Count(started.Threads)} {English.Noun(started.Threads, "thread")}.";
    }

    private static string Evaluation(EvaluationEvent evaluation)
    {
        return $"{evaluation.Model} model on the held-out records: loss {NumberText.Loss(evaluation.Loss)}, "
            + $"token accuracy {NumberText.Share(evaluation.TokenAccuracy)}"
            + (evaluation.ExactMatch is { } exact ? $", exact match {NumberText.Share(exact)}" : "");
    }
}
