using System.CommandLine;
using Graft.Adapters;
using Graft.Api.Generation;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Common;
using Graft.Data.Templates;
using Graft.Data.Tokenization;
using Graft.Models;
using Graft.Models.Weights;
using Graft.Programs;
using Graft.Trainer.Generation;
using Graft.Trainer.Running;
using TorchSharp;

namespace Graft.Trainer.Commands;

/// <summary><c>graft-trainer generate REQUEST.json</c>.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var request = new Argument<FileInfo>("request") { Description = "What to answer and with what, as `graft generate` writes it." };
        var command = new Command("generate", "Answer a prompt, with or without an adapter.") { request, StopRequests.EndWithInput };
        command.SetAction(async (parsed, _) =>
        {
            using var stop = new StopRequests(parsed.GetValue(StopRequests.EndWithInput));
            var asked = GenerationRequest.Read(SmallFile.ReadText(parsed.GetRequiredValue(request).FullName));
            try
            {
                await AnswerAsync(asked, stop.Token).ConfigureAwait(false);
                return TrainerExitCodes.Succeeded;
            }
            catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
            {
                return TrainerExitCodes.Interrupted;
            }
        });
        return command;
    }

    private static async Task AnswerAsync(GenerationRequest request, CancellationToken stop)
    {
        // Past what makes text visible on standard error: a line that is replaced is none.
        await using var errors = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
        var isTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";
        using var line = new ActivityLine(errors, isTerminal, TimeProvider.System, new ActivityProgress { What = "Starting" });
        Threads.Initialize(request.Threads, line.Tell);
        var modelFolder = Path.GetFullPath(request.Model);
        var adapterFolder = request.Adapter is { } folder ? Path.GetFullPath(folder) : null;
        Begin("Reading the tokenizer");
        var tokenizer = TokenizerFolder.Load(modelFolder);
        line.Report(new ActivityProgress { What = "Loading the model", Total = Checkpoint.SizeOf(modelFolder), IsBytes = true });
        using var model = CausalLanguageModels.Load(modelFolder, torch.ScalarType.Float32, read: line.Report);
        tokenizer.CheckFits(model.VocabularySize);
        Begin("Attaching the adapter");
        using var adapter = adapterFolder is null ? null : AdapterMethods.Load(adapterFolder, model);
        var template = FindTemplate(request.Template ?? TrainedTemplate(adapterFolder ?? modelFolder));
        var generator = new LocalTextGenerator(
            model, tokenizer, template, adapter?.Hooks, message => line.Tell($"warning: {message}"));
        Begin("Reading the prompt");
        var tokens = 0;
        await foreach (var piece in generator.GenerateAsync(request.Prompt, request.Sampling, stop).ConfigureAwait(false))
        {
            if (piece.Length > 0 && isTerminal && !Console.IsOutputRedirected)
            {
                // The answer is shown where the line was, and tells by itself how far it is.
                line.Dispose();
            }

            line.Report(new ActivityProgress { What = "Tokens of the answer", Done = ++tokens });
            await Console.Out.WriteAsync(piece).ConfigureAwait(false);
            await Console.Out.FlushAsync(stop).ConfigureAwait(false);
        }

        await Console.Out.WriteLineAsync().ConfigureAwait(false);

        void Begin(string what) => line.Report(new ActivityProgress { What = what });
    }

    /// <summary>The template in the recipe that lies beside what Graft trains; null where there is none.</summary>
    private static string? TrainedTemplate(string folder)
    {
        var path = Path.Combine(folder, "run-plan.json");
        if (!File.Exists(path))
        {
            return null;
        }

        var plan = JsonFields.Read(path, (message, cause) => new AdapterException(
            $"{message}, so that it does not say which template was trained with; name one with --template", cause));
        return plan.RequiredSection("data").Text("template");
    }

    private static IPromptTemplate? FindTemplate(string? name) => name is null or "none"
        ? null
        : PromptTemplates.Find(name) ?? throw new AdapterException(
            $"The template '{name}' is not known; known are none, {string.Join(", ", PromptTemplates.Names)}.");
}
