namespace Graft.Api.Generation;

/// <summary>What is asked.</summary>
/// <param name="Instruction">The instruction, the user's message, or the text to continue.</param>
/// <param name="Input">The instruction's input.</param>
public sealed record TextPrompt(string Instruction, string? Input = null);

/// <summary>Answers prompts: a model in this process, or one behind an endpoint.</summary>
public interface ITextGenerator
{
    /// <summary>The answer in pieces, as they come. Each is whole characters; together they are the answer.</summary>
    IAsyncEnumerable<string> GenerateAsync(TextPrompt prompt, SamplingOptions options, CancellationToken cancellationToken);
}
