using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Graft.Api.Generation;
using Graft.Api.Planning;
using Graft.Data.Records;
using Graft.Data.Samples;
using Graft.Data.Templates;
using Graft.Data.Tokenization;
using Graft.Models;
using Graft.Models.Generation;
using Graft.Models.Hooks;
using Graft.Trainer.Running;

namespace Graft.Trainer.Generation;

/// <summary>Generates with a model in this process.</summary>
/// <param name="model">The frozen model.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="template">How prompts are rendered; null leaves them as they are.</param>
/// <param name="hooks">An adapter's hooks, or null.</param>
/// <param name="warn">Told what a person should know although an answer is generated.</param>
public sealed class LocalTextGenerator(
    ICausalLanguageModel model, TextTokenizer tokenizer, IPromptTemplate? template, ModelHooks? hooks, Action<string>? warn = null)
    : ITextGenerator
{
    public async IAsyncEnumerable<string> GenerateAsync(
        TextPrompt prompt, SamplingOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The computation keeps a thread of its own: modes of torch, such as leaving gradients out, belong to a thread.
        var pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var computation = Task.Factory.StartNew(
            () => Compute(prompt, options, pieces.Writer, abandoned.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return piece;
            }
        }
        finally
        {
            await abandoned.CancelAsync().ConfigureAwait(false);
            await computation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Compute(TextPrompt prompt, SamplingOptions options, ChannelWriter<string> pieces, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            var text = new StreamedText(options.Stop);
            var tokens = new List<int>();
            var asked = Encode(prompt);
            if (new PositionLimits(model, hooks?.ExtraPositions ?? 0).CheckAnswer(asked.Length, options.MaxNewTokens) is { } warning)
            {
                warn?.Invoke(warning);
            }

            TokenGenerator.Generate(model, [asked], Parts(options), hooks, onToken: Add, cancellationToken: cancellationToken);
            pieces.TryWrite(text.Rest());

            void Add(int row, long token)
            {
                tokens.Add((int)token);
                pieces.TryWrite(text.Next(Decode(tokens)));
            }
        }
        catch (Exception error)
        {
            failure = error;
        }

        pieces.Complete(failure);
    }

    private long[] Encode(TextPrompt prompt)
    {
        var ids = template is null
            ? (int[])[.. tokenizer.Prefix, .. tokenizer.EncodePart(prompt.Instruction, TextPosition.Start)]
            : new SampleEncoder(tokenizer, template).EncodePrompt(
                new InstructionRecord("prompt", prompt.Instruction, prompt.Input, Output: null));
        return ids.Length > 0
            ? Array.ConvertAll(ids, id => (long)id)
            : throw new PlanFormatException("The prompt has no tokens; give a text to go on from.");
    }

    private string Decode(IEnumerable<int> tokens) => tokenizer.Decode(tokens, position: TextPosition.Continuation);

    private GenerationOptions Parts(SamplingOptions options)
    {
        var stopTokens = template?.StopIds(tokenizer) ?? tokenizer.Special.Stop;
        List<IStopRule> rules = [new StopTokens(stopTokens.Select(id => (long)id))];
        if (options.Stop.Count > 0)
        {
            rules.Add(new StopStrings(options.Stop, ids => Decode(ids.Select(id => (int)id))));
        }

        return SamplingParts.Of(options) with { StopRules = rules };
    }
}
