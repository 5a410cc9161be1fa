using System.Globalization;
using Graft.Api.Reporting;
using Graft.Data;
using Graft.Data.Records;
using Graft.Data.Samples;
using Graft.Trainer.Checkpoints;
using Graft.Trainer.Schedules;
using static TorchSharp.torch;

namespace Graft.Trainer.Running.Stages;

/// <summary>Brings inputs, parts and data into memory, and a stopped run to where it was.</summary>
internal static class PrepareStage
{
    /// <summary>The run in memory; it belongs to the caller.</summary>
    public static async Task<LoadedRun> RunAsync(RunContext context, CheckpointStore checkpoints, CancellationToken stop)
    {
        context.CheckpointStep = checkpoints.NewestStep;
        context.TellProgress(Activities.Loading, null);
        var inputs = await RunInputs.PrepareAsync(
            context.Plan, Begin, message => context.TellActivity(Activities.Loading, null, null, message), stop).ConfigureAwait(false);
        return await context.Host.Compute.RunAsync(() =>
        {
            var run = LoadedRun.Load(context.Plan, inputs, context.Device, context.Host.Library, Begin);
            try
            {
                Resume(context, run, checkpoints);
                Announce(context, run);
                return run;
            }
            catch
            {
                run.Dispose();
                throw;
            }
        }).ConfigureAwait(false);

        Action<long> Begin(string what, long? bytes) => new ActivityMeter(
            context, Activities.Loading, new ActivityProgress { What = what, Total = bytes, IsBytes = bytes is not null }).Report;
    }

    private static void Resume(RunContext context, LoadedRun run, CheckpointStore checkpoints)
    {
        if (checkpoints.LoadNewest(context.Warn) is not { } found)
        {
            context.CheckpointStep = null;
            return;
        }

        SessionCheckpoint.Restore(run.Session, found);
        context.Base = found.Record.Base;
        context.Pace = new Pace(found.Record.TrainingSeconds, found.Record.TokensSeen)
        {
            EvaluationSeconds = found.Record.EvaluationSeconds,
            LossSeconds = found.Record.LossSeconds,
        };
        context.CheckpointStep = context.Step = found.Record.Step;
        if (found.Record.Threads != get_num_threads() || found.Record.Device != context.Device.ToString())
        {
            context.Warn($"The checkpoint was made on {found.Record.Device} with {found.Record.Threads} threads, this is {context.Device} with "
                + $"{get_num_threads()}: the last bits of the results may differ from those of a run that was never stopped.");
        }
    }

    private static void Announce(RunContext context, LoadedRun run)
    {
        foreach (var warning in run.Warnings.Concat(AnswerWarnings(context, run)))
        {
            context.Warn(warning);
        }

        SampleCounts train = run.Train.Counts, heldOut = run.HeldOut?.Counts ?? new SampleCounts();
        foreach (var bad in run.Train.FirstBad.Concat(run.HeldOut?.FirstBad ?? []))
        {
            context.Warn($"A bad record is left out: {bad}");
        }

        string[] unused = [.. run.Train.UnusedFields.Union(run.HeldOut?.UnusedFields ?? []).Order(StringComparer.Ordinal)];
        if (unused.Length > 0)
        {
            context.Warn($"Fields of the records that are not used: {string.Join(", ", unused)}{(unused.Length < UnusedFields.Most ? "" : "…")}.");
        }

        foreach (var set in new[] { run.Train, run.HeldOut }.OfType<SampleSet>())
        {
            if (set.FirstTooLong is { } first)
            {
                var why = run.Data.OnTooLong == TooLongPolicy.Skip
                    ? $"have more than {run.Data.MaxLength} tokens"
                    : $"have no token of their answer within the first {run.Data.MaxLength}";
                context.Warn(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Left out: {set.Counts.TooLong} of {set.Counts.Records} records ({(double)set.Counts.TooLong / set.Counts.Records:P1}), ")
                    + $"which {why}; the first is {first.File}:{first.Line} with {first.Tokens}. Raise maxLength to train on them.");
            }
        }

        if (train.Truncated + heldOut.Truncated > 0)
        {
            context.Warn($"Cut to {run.Data.MaxLength} tokens: {train.Truncated + heldOut.Truncated} of {train.Records + heldOut.Records} records, "
                + "whose answers may end in the middle. Raise maxLength, or set onTooLong.");
        }

        var (training, steps) = (context.Plan.Recipe.Training, run.Session.TotalSteps);
        if (PlanSchedule.WarmupOf(training, steps) is var warmup && warmup >= steps)
        {
            context.Warn($"The learning rate still rises when the training ends: {warmup} steps of warm-up, {steps} in all. It does not reach "
                + $"{training.LearningRate}.");
        }

        var trainable = run.Parts.TrainedParameters;
        context.Figures = context.Figures with
        {
            TrainableParameters = trainable,
            BadRecords = train.Bad + heldOut.Bad,
            TruncatedRecords = train.Truncated + heldOut.Truncated,
            TooLongRecords = train.TooLong + heldOut.TooLong,
        };
        context.Tell(new StartedEvent
        {
            PlanHash = context.PlanHash,
            TotalSteps = run.Session.TotalSteps,
            ResumedFromStep = context.Step,
            TrainableParameters = trainable,
            BaseParameters = run.Parts.FrozenParameters,
            TrainRecords = run.Train.Records.Count,
            EvaluationRecords = run.HeldOut?.Records.Count ?? 0,
            BadRecords = train.Bad + heldOut.Bad,
            TruncatedRecords = train.Truncated + heldOut.Truncated,
            TooLongRecords = train.TooLong + heldOut.TooLong,
            Device = context.Device.ToString(),
            Threads = get_num_threads(),
            FirstSample = SampleView.Of(run.Train.Samples[0], run.Tokenizer),
        });
    }

    /// <summary>What is known before the first step of the answers that are generated after the last.</summary>
    private static IEnumerable<string> AnswerWarnings(RunContext context, LoadedRun run)
    {
        var evaluation = context.Plan.Recipe.Evaluation;
        if (run.HeldOut is null || evaluation.GenerateRecords is not > 0)
        {
            yield break;
        }

        var model = run.Parts.LanguageModel;
        var answers = run.HeldOutAnswers(evaluation.GenerateRecords, evaluation.MaxNewTokens);
        if (answers.LeftOut > 0)
        {
            yield return $"evaluation.maxNewTokens: {answers.LeftOut} held-out records are not answered: the longest prompt has "
                + $"{answers.LongestPrompt} tokens, with {evaluation.MaxNewTokens} new ones that is more than the model's "
                + $"{model.MaximumPositions} positions. Lower maxNewTokens, or shorten the prompts.";
        }
        else if (!model.HasLearnedPositions
            && new PositionLimits(model, run.Parts.Hooks.ExtraPositions)
                .CheckAnswer(answers.LongestPrompt, evaluation.MaxNewTokens) is { } warning)
        {
            yield return $"evaluation.maxNewTokens: {warning}";
        }
    }
}
