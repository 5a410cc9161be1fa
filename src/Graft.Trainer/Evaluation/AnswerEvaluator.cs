using Graft.Data;
using Graft.Data.Batches;
using Graft.Data.Records;
using Graft.Data.Samples;
using Graft.Data.Tokenization;
using Graft.Models;
using Graft.Models.Generation;
using Graft.Models.Hooks;
using static TorchSharp.torch;

namespace Graft.Trainer.Evaluation;

/// <summary>Has a model answer held-out records and counts the answers that are the expected ones, word for word.</summary>
public sealed class AnswerEvaluator
{
    private const int PromptsAtOnce = 16;

    private readonly ICausalLanguageModel _model;
    private readonly TextTokenizer _tokenizer;
    private readonly ICollator _collator;
    private readonly (long[] Prompt, string? Picture, string Expected)[] _questions;
    private readonly GenerationOptions _options;

    /// <summary>Creates an evaluator.</summary>
    /// <param name="model">The frozen model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="data">The template.</param>
    /// <param name="records">The records, with the files of their pictures; those without an answer are left out.</param>
    /// <param name="collator">Gives what the model is told besides tokens.</param>
    /// <param name="maxNewTokens">The longest answer.</param>
    /// <param name="longest">How many tokens prompt and answer may have together; those that may have more are left out.</param>
    public AnswerEvaluator(
        ICausalLanguageModel model,
        TextTokenizer tokenizer,
        DataOptions data,
        IEnumerable<(SourceRecord Record, string? Picture)> records,
        ICollator collator,
        int maxNewTokens,
        int? longest = null)
    {
        _collator = collator;
        _model = model;
        _tokenizer = tokenizer;
        var encoder = new SampleEncoder(tokenizer, data.Template, data.TrainOn);
        (long[] Prompt, string? Picture, string Expected)[] questions =
        [
            .. records.Select(r => (r.Record, r.Picture, Answer: encoder.Answer(r.Record)))
                .Where(r => r.Answer is not null)
                .Select(r => (Array.ConvertAll(encoder.EncodePrompt(r.Record), id => (long)id), r.Picture, Words(r.Answer!)))
                .OrderBy(q => q.Item1.Length),
        ];
        LongestPrompt = questions.Length == 0 ? 0 : questions[^1].Prompt.Length;
        _questions = [.. questions.Where(question => longest is null || question.Prompt.Length + (long)maxNewTokens <= longest)];
        LeftOut = questions.Length - _questions.Length;
        _options = new GenerationOptions
        {
            MaxNewTokens = maxNewTokens,
            StopRules = [new StopTokens(data.Template.StopIds(tokenizer).Select(id => (long)id))],
        };
    }

    /// <summary>The records that are asked about.</summary>
    public int Count => _questions.Length;

    /// <summary>The tokens of the longest prompt.</summary>
    public int LongestPrompt { get; }

    /// <summary>How many prompts are left out since they and their answers may be too long.</summary>
    public int LeftOut { get; }

    /// <summary>The share of right answers; null where no record has an answer.</summary>
    /// <param name="hooks">What is trained; null without it.</param>
    /// <param name="onDone">Told after each batch how many answers there are.</param>
    /// <param name="cancellationToken">Ends it between tokens.</param>
    public double? Measure(ModelHooks? hooks, Action<long>? onDone, CancellationToken cancellationToken)
    {
        if (_questions.Length == 0)
        {
            return null;
        }

        var (right, done) = (0, 0L);
        foreach (var asked in _questions.Chunk(PromptsAtOnce))
        {
            using var scope = NewDisposeScope();
            var sides = hooks is null ? null : _collator.SideInputs([.. asked.Select(q => q.Picture)], _model.Device);
            var answers = TokenGenerator.Generate(
                _model, [.. asked.Select(q => q.Prompt)], _options, hooks, sides, cancellationToken: cancellationToken);
            right += answers.Zip(asked, (answer, question) => Words(Text(answer)) == question.Expected).Count(isRight => isRight);
            onDone?.Invoke(done += asked.Length);
        }

        return (double)right / _questions.Length;
    }

    private string Text(long[] ids) => _tokenizer.Decode(ids.Select(id => (int)id), position: TextPosition.Continuation);

    /// <summary>The words of a text, so that white space alone makes no answer wrong.</summary>
    private static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
