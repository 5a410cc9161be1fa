using System.Text.Json;
using Graft.Api.Planning;

namespace Graft.Api.Generation;

/// <summary>
/// What <c>graft-trainer generate</c> answers. It is handed over as a file: texts and paths that somebody else wrote must not become
/// words of a command line.
/// </summary>
public sealed record GenerationRequest
{
    /// <summary>The base model's folder in the Hugging Face layout.</summary>
    public required string Model { get; init; }

    /// <summary>The adapter's folder; without it the base model answers.</summary>
    public string? Adapter { get; init; }

    /// <summary>What is asked.</summary>
    public required TextPrompt Prompt { get; init; }

    /// <summary>
    /// <c>alpaca</c>, <c>chatml</c>, <c>plain</c>, or <c>none</c> (the prompt as it is); without it the one that the adapter was trained
    /// with, else none.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>How the answer is generated.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Threads of the CPU; all cores without it.</summary>
    public int? Threads { get; init; }

    /// <summary>The request as JSON.</summary>
    public string Write()
    {
        return JsonSerializer.Serialize(this, PlanJson.WireOptions);
    }

    /// <summary>Reads a request.</summary>
    /// <exception cref="PlanFormatException">The text is no request.</exception>
    public static GenerationRequest Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<GenerationRequest>(json, PlanJson.WireOptions)
                ?? throw new PlanFormatException("The request is empty.");
        }
        catch (JsonException error)
        {
            throw new PlanFormatException($"The request cannot be read: {error.Message}", error);
        }
    }
}
