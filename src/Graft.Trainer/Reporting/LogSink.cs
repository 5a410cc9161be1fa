using System.Globalization;

namespace Graft.Trainer.Reporting;

/// <summary>Tells a run in sentences, for whoever reads a pod's log. Progress comes every quarter of a minute.</summary>
/// <param name="log">Where the sentences go.</param>
/// <param name="time">Decides what is too soon.</param>
public sealed class LogSink(TextWriter log, TimeProvider time) : IEventSink
{
    private static readonly TimeSpan BetweenProgress = TimeSpan.FromSeconds(15);

    private long? _lastProgress;

    public void Take(TrainerEvent told)
    {
        if (told is ProgressEvent && _lastProgress is { } last && time.GetElapsedTime(last) < BetweenProgress)
        {
            return;
        }

        if (Sentence(told) is not { } sentence)
        {
            return;
        }

        _lastProgress = told is ProgressEvent ? time.GetTimestamp() : _lastProgress;
        log.WriteLine($"{time.GetUtcNow():HH:mm:ss} {sentence}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string? Sentence(TrainerEvent told) => told switch
    {
        StartedEvent e => string.Create(
            CultureInfo.InvariantCulture,
            $"{(e.ResumedFromStep > 0 ? $"Going on from step {e.ResumedFromStep}" : "Starting")}: {e.TotalSteps} steps, "
            + $"{e.TrainableParameters:N0} trained parameters beside {e.BaseParameters:N0}, {e.TrainRecords} records, "
            + $"{e.EvaluationRecords} held out, {e.Device}, {e.Threads} threads.\n"
            + $"The first sample, what is trained between ⟦ and ⟧:\n{e.FirstSample}"),
        ProgressEvent { Loss: { } loss, LearningRate: { } rate } e => string.Create(
            CultureInfo.InvariantCulture,
            $"step {e.Step} of {e.TotalSteps}, loss {loss:F4}, learning rate {rate:g3}, {e.TokensPerSecond:F0} tokens/s, "
            + $"{e.EtaSeconds:F0} s left"),
        ProgressEvent { Message: { } message, Activity: var activity } => $"{activity}: {message}",
        EvaluationEvent e => string.Create(
            CultureInfo.InvariantCulture,
            $"{e.Model} model on the held-out records: loss {e.Loss:F4}, token accuracy {e.TokenAccuracy:P1}")
            + (e.ExactMatch is { } exact ? string.Create(CultureInfo.InvariantCulture, $", exact match {exact:P1}") : ""),
        CheckpointEvent e => $"checkpoint of step {e.Step} in {e.Path}",
        WarningEvent e => $"warning: {e.Message}",
        ArtifactEvent e => $"published {e.Name} {e.Version} as {e.Reference} ({e.Digest})",
        FinishedEvent e => e.Result.Message,
        _ => null,
    };
}
