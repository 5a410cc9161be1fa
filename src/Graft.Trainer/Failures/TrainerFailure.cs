using Graft.Adapters;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Api.V1Alpha1;
using Graft.Artifacts;
using Graft.Artifacts.SafeTensors;
using Graft.Common;
using Graft.Data;
using Graft.Data.Tokenization;
using Graft.Models;
using Graft.Tracking;
using Graft.Trainer.Checkpoints;
using Graft.Trainer.Training;

namespace Graft.Trainer.Failures;

/// <summary>The files of an input are not those that the plan pins.</summary>
public sealed class InputException(int exitCode, string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>See <see cref="TrainerExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>See <see cref="Reasons"/>.</summary>
    public string Reason { get; } = reason;
}

/// <summary>The device that the plan asks for cannot be used.</summary>
public sealed class DeviceException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The trained part could not be written, verified or published.</summary>
public sealed class PublishException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>How a failure is told to whoever started the trainer.</summary>
/// <param name="ExitCode">See <see cref="TrainerExitCodes"/>.</param>
/// <param name="Reason">See <see cref="Reasons"/>.</param>
/// <param name="Message">What is wrong, where, and what to do.</param>
/// <param name="IsExplained">Whether the message says enough without a stack trace.</param>
public sealed record TrainerFailure(int ExitCode, string Reason, string Message, bool IsExplained = true)
{
    /// <summary>The failure that an exception stands for.</summary>
    public static TrainerFailure From(Exception exception) => exception switch
    {
        InputException e => new(e.ExitCode, e.Reason, e.Message),
        PlanFormatException or ForeignCheckpointException or TrackingException =>
            Of(TrainerExitCodes.BadPlan, exception),
        DeviceException => new(TrainerExitCodes.BadPlan, Reasons.GpuNotUsable, exception.Message),
        DatasetException => Of(TrainerExitCodes.BadData, exception),
        ModelException or AdapterException or TokenizerException or SafeTensorException =>
            Of(TrainerExitCodes.ModelNotLoadable, exception),
        DivergedException => Of(TrainerExitCodes.Diverged, exception),
        PublishException or ArtifactException => Of(TrainerExitCodes.PublishFailed, exception),
        OutOfMemoryException => OutOfMemory(exception.Message),
        // libtorch says so in words only.
        _ when exception.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) => OutOfMemory(FirstLine(exception)),
        _ when FileFaults.Is(exception) && exception is not NotSupportedException =>
            new(TrainerExitCodes.Unexpected, Reasons.Failed, FirstLine(exception)),
        _ => new(TrainerExitCodes.Unexpected, Reasons.Failed, $"{exception.GetType().Name}: {FirstLine(exception)}", IsExplained: false),
    };

    private static TrainerFailure Of(int exitCode, Exception exception) =>
        new(exitCode, ExitMeaning.Of(exitCode)!.Reason, exception.Message);

    private static TrainerFailure OutOfMemory(string message) => new(
        TrainerExitCodes.Unexpected,
        Reasons.OutOfMemory,
        $"Memory ran out: {message}. Use a smaller batchSize or maxLength; gradientAccumulationSteps keeps the step's size.");

    /// <summary>libtorch appends a native stack trace.</summary>
    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0];
}
